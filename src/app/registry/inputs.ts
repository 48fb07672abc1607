import type { CompiledFlow } from '../../compilation/index.js';
import { type Codec, isNotStorable } from '../../model/codec/codec.js';
import { sentence } from '../../model/diagnostics.js';
import { InvalidInputError } from '../../model/errors.js';
import { digest } from '../../model/ids.js';
import { inWords, messageOf } from '../../model/in-words.js';
import { canonicalText, type Json } from '../../model/json.js';
import { NO_KEY } from '../../model/limits/flow-limits.js';
import { keyText, LONGEST_KEY } from '../../model/limits/task-limits.js';
import { MASKED } from '../../model/masking.js';
import { type ValueIssue, validate } from '../../model/schema.js';
import type { AppFlow } from './flow-finder.js';

export interface PreparedInputs {
  /** Encoded, by name. */
  readonly values: { readonly [name: string]: Json };
  /** Encoded, as the caller gave them, before any schema. */
  readonly given: { readonly [name: string]: Json };
  /** Encoded; what the factory of the flow is called with. */
  readonly args?: Json;
  /** Digest of what the caller gave, before any schema: two starts of one id are compared by it. */
  readonly hash: string;
  /** By which value the run is counted, if its flow has limits. */
  readonly limitKey?: string;
}

/**
 * Checks what a run is given before anything is written.
 *
 * @throws InvalidInputError `INVALID_INPUT` with every issue
 */
export async function prepareInputs({ flow, args }: AppFlow, given: unknown, codec: Codec): Promise<PreparedInputs> {
  const raw = readInputs(flow, given ?? {});
  const encoded = encode(flow, raw, codec);
  const hash = digest(canonicalText(args === undefined ? encoded : [encoded, args]));
  const parsed = flow.inputSchema === undefined ? { value: raw } : await validate(flow.inputSchema, given ?? {});
  if ('issues' in parsed) throw invalidInput(flow, masked(flow, parsed.issues));
  const values = encode(flow, parsed.value as object, codec);
  const issues = [...missingInputs(flow, values), ...unknownInputs(flow, values)];
  if (issues.length > 0) throw invalidInput(flow, issues);
  const limitKey = limitKeyOf(flow, parsed.value as object);
  return { values, given: encoded, hash, ...(args === undefined ? {} : { args }), ...(limitKey === undefined ? {} : { limitKey }) };
}

/** @throws InvalidInputError when nothing can be counted by it */
function limitKeyOf(flow: CompiledFlow, inputs: object): string | undefined {
  if (flow.limits === undefined) return undefined;
  const { key } = flow.limits;
  if (key === undefined) return NO_KEY;
  const value = Object.hasOwn(inputs, key) ? (inputs as Readonly<Record<string, unknown>>)[key] : undefined;
  if (value === undefined) throw invalidInput(flow, [{ path: key, message: sentence('MISSING_INPUT', { flow: flow.name, value: key }) }]);
  const text = keyText(value);
  if (text !== undefined) return text;
  const message = `is ${inWords(value)}, by which runs can't be counted: give a text of at most ${LONGEST_KEY} characters, a number or a boolean`;
  throw invalidInput(flow, masked(flow, [{ path: key, message }]));
}

/** Reads each of them once. */
function readInputs(flow: CompiledFlow, given: unknown): object {
  try {
    if (typeof given === 'object' && !Array.isArray(given)) return { ...given };
  } catch (error) {
    throw invalidInput(flow, [{ path: '', message: `can't be read: ${messageOf(error)}` }]);
  }
  throw invalidInput(flow, [{ path: '', message: 'must be an object of inputs by name' }]);
}

function encode(flow: CompiledFlow, values: object, codec: Codec): { readonly [name: string]: Json } {
  const encoded: { [name: string]: Json } = {};
  const issues: ValueIssue[] = [];
  for (const [name, value] of Object.entries(values)) {
    if (name === '__proto__') {
      issues.push({ path: name, message: 'is a name that no input can have' });
      continue;
    }
    try {
      // An input that is given as `undefined` is not given.
      if (value !== undefined) encoded[name] = codec.encode(value);
    } catch (error) {
      if (!isNotStorable(error)) throw error;
      const isSecret = flow.secrets?.inputs.has(name) === true;
      const path = error.path === '' || isSecret ? name : `${name}.${error.path}`;
      issues.push({ path, message: sentence('NOT_STORABLE', { path, reason: error.reason }) });
    }
  }
  if (issues.length > 0) throw invalidInput(flow, issues);
  return encoded;
}

/** What a schema says of a secret may quote it, and so may a name in its path. */
function masked({ secrets }: CompiledFlow, issues: readonly ValueIssue[]): readonly ValueIssue[] {
  if (secrets === undefined || secrets.inputs.size === 0) return issues;
  return issues.map((issue) => {
    const [name = ''] = issue.path.split('.');
    return name === '' || secrets.inputs.has(name) ? { path: name, message: `${MASKED}: it is not valid` } : issue;
  });
}

function missingInputs(flow: CompiledFlow, values: object): ValueIssue[] {
  return flow.inputs
    .filter(({ name, optional }) => !optional && !Object.hasOwn(values, name))
    .map(({ name }) => ({ path: name, message: sentence('MISSING_INPUT', { flow: flow.name, value: name }) }));
}

function unknownInputs(flow: CompiledFlow, values: object): ValueIssue[] {
  if (!flow.inputsKnown) return [];
  const known = new Set(flow.inputs.map(({ name }) => name));
  return Object.keys(values)
    .filter((name) => !known.has(name))
    .map((name) => ({ path: name, message: sentence('UNKNOWN_RUN_INPUT', { flow: flow.name, value: name }) }));
}

function invalidInput(flow: CompiledFlow, issues: readonly ValueIssue[]): InvalidInputError {
  return new InvalidInputError(flow.name, issues);
}
