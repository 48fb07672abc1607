import { times } from '#authoring';
import type { ts } from '../../source/index.js';
import type { Gap } from '../ground/gaps.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { opened } from '../ground/namespaces.js';
import { isObject } from '../ground/origins.js';
import { CannotKnow, Unknown } from '../ground/unknown.js';
import { nameFor } from './made-up-names.js';
import { schemaOf } from './schemas.js';

/** Values of these keys decide nothing about a flow: what they hold may be unknown. */
const HARMLESS = new Set(['inject', 'execute', 'revert', 'decider', 'onFailure', 'values', 'backoff']);

/** When a task is called, and how often, decides nothing about its flow either: for what is unknown of it stands something that fits. */
const FITTING: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['retry', times(1)],
  ['retryIf', placeholder],
  ['timeoutMs', 1_000],
  ['heartbeatMs', 1_000],
  ['deadlineMs', 1_000],
  ['concurrency', 1],
  ['rate', { limit: 1, perMs: 1_000 }],
  ['limit', 1],
  ['perMs', 1_000],
]);

/** Options are not as large as this, nor as deep. */
const MOST_PARTS = 2000;
const DEEPEST = 20;

/** Options as the library may see them, copied: what is unknown is left out, and said. */
export function known(value: unknown, gaps: Gap[], at: ts.Node, interpreter: InterpreterState): unknown {
  const { realm } = interpreter;
  const left = { parts: MOST_PARTS };
  return copied(value, false, 0);

  function copied(given: unknown, harmless: boolean, depth: number): unknown {
    const value = opened(given, at, interpreter);
    if (value instanceof Unknown) {
      if (isCallable(value)) return placeholder;
      if (harmless) return null;
      gaps.push({ unknown: value, hidesNames: true });
      return undefined;
    }
    if (!isObject(value)) return value;
    // Code is never called here, and what the library itself has made it knows.
    if (typeof value === 'function') return realm.isOwn(value) ? value : placeholder;
    if (!realm.isOwn(value)) return value;
    if (--left.parts < 0 || depth > DEEPEST) throw new CannotKnow(new Unknown(TOO_LARGE, at, undefined));
    if (Array.isArray(value)) {
      const items: unknown[] = value.map((item) => copied(item, harmless, depth + 1));
      return harmless ? items : items.filter((item) => item !== undefined);
    }
    if ('~standard' in value) return schemaOf(undefined);
    const entries = Object.entries(value).filter(([key]) => key !== '~flowproof');
    const isName = (key: string, item: unknown): item is Unknown => key === 'name' && depth === 0 && item instanceof Unknown;
    return Object.fromEntries(
      entries.map(([key, item]) => {
        if (depth === 0 && item instanceof Unknown && FITTING.has(key)) return [key, FITTING.get(key)];
        if (isName(key, item)) return [key, named(item)];
        if (key === 'inject' && depth === 0 && item instanceof Unknown) return [key, injected(item)];
        return [key, copied(item, harmless || HARMLESS.has(key), depth + 1)];
      }),
    );
  }

  /** Which inputs are constants decides something; their values do not. */
  function injected(unknown: Unknown): object | undefined {
    const names = unknown.type?.getProperties().map(({ name }) => [name, null] as const) ?? [];
    if (names.length > 0) return Object.fromEntries(names);
    gaps.push({ unknown, hidesNames: true });
    return undefined;
  }

  /** Something has to stand there. */
  function named(unknown: Unknown): string {
    gaps.push({ unknown, hidesNames: false, isName: true });
    return nameFor(unknown);
  }
}

const TOO_LARGE = 'these are more options than can be read';

/** Stands where a function is, of which only its type is known. */
export function placeholder(): void {}

function isCallable({ type }: Unknown): boolean {
  return type !== undefined && type.getCallSignatures().length > 0;
}
