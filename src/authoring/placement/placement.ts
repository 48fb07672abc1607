import type { NodeDefinition, NotANode, Placement } from '../definition/definition.js';
import { flowDefinitionOf } from '../definition/flow-value.js';
import { taskDefinitionOf } from '../definition/task-metadata.js';
import { composeOptions } from './compose-options.js';
import { factoryDefinitionOf } from './factory.js';
import { TUNING_OPTIONS, tuningOf } from './tuning.js';
import { usedIn } from './use.js';

const KNOWN = new Set<string>(['name', 'rebind', 'inject', 'provides', 'override', 'optional', ...TUNING_OPTIONS]);

/** Most placements say nothing: they share this. */
const NONE: Readonly<Record<string, never>> = Object.freeze({});
const NO_KEYS: readonly string[] = Object.freeze([]);

/** What `.add(node, options)` leaves behind. Takes anything: whatever is wrong is for `compile()` to say. */
export function nodeDefinition(node: unknown, options?: unknown): NodeDefinition {
  const used = usedIn(node);
  if (used !== undefined) return nodeDefinition(used.node, composeOptions(asRecord(used.options), asRecord(options)));
  const given = asRecord(options);
  const tuning = tuningOf(given);
  const placement: Placement = Object.freeze({
    // As it was written: what is no text is for `compile()` to refuse.
    name: given.name as string | undefined,
    rebind: asNames(given.rebind),
    inject: given.inject === undefined ? NONE : Object.freeze({ ...asRecord(given.inject) }),
    provides: asNames(given.provides),
    override: given.override === true,
    ...(given.optional === true ? { optional: true as const } : {}),
    ...(tuning === undefined ? {} : { tuning }),
  });
  return Object.freeze({
    node: taskDefinitionOf(node) ?? flowDefinitionOf(node) ?? notANode(node),
    placement,
    unknownOptions: unknownKeys(given, KNOWN),
  });
}

/** Option keys that there are not. */
export function unknownKeys(options: unknown, known: ReadonlySet<string>): readonly string[] {
  const unknown = Object.keys(asRecord(options)).filter((key) => !known.has(key));
  return unknown.length === 0 ? NO_KEYS : Object.freeze(unknown);
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function asNames(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return NONE;
  const pairs = Object.entries(asRecord(value)).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Object.freeze(Object.fromEntries(pairs));
}

function notANode(value: unknown): NotANode {
  const name: unknown = typeof value === 'function' ? value.name : asRecord(value).name;
  return Object.freeze({
    kind: 'unknown',
    name: typeof name === 'string' && name !== '' ? name : String(typeof value),
    hint: hintFor(value),
  });
}

/** What to do with something that is no node: the same that the types say, see `NodeHint`. */
export function hintFor(value: unknown): string {
  const { build, execute } = asRecord(value);
  if (typeof build === 'function') return 'call .build()';
  if (factoryDefinitionOf(value) !== undefined) return 'it is a factory, call it with what its flow is made from';
  return typeof execute === 'function' ? 'give the class, not an instance of it' : 'decorate the class with @Task, or call .build()';
}
