import type { Port } from '../authoring/index.js';
import { type Codec, isNotStorable } from '../model/codec/codec.js';
import { sentence } from '../model/diagnostics.js';
import { type Failure, statedFailure, toFailure } from '../model/failure.js';
import { inWords } from '../model/in-words.js';
import type { Json } from '../model/json.js';
import { leaveAllUnawaited } from '../model/kinds.js';
import { type ValueIssue, validate } from '../model/schema.js';

export type CallResult = { readonly result?: Json } | { readonly failure: Failure };

/**
 * What a returned value becomes in the journal; every way in which it can be wrong is that atom's failure (D-8). At once,
 * unless there are schemas: most tasks have none, and a promise costs more than the rest.
 */
export function resultOf(path: string, ports: readonly Port[], returned: unknown, codec: Codec): CallResult | Promise<CallResult> {
  const result = checkedResult(path, ports, returned, codec);
  return result instanceof Promise ? result.then((parsed) => leaving(returned, parsed)) : leaving(returned, result);
}

/** What is refused for one value may hold promises in others, which are not awaited then. */
function leaving(returned: unknown, result: CallResult): CallResult {
  if ('failure' in result) leaveAllUnawaited(returned);
  return result;
}

function checkedResult(path: string, ports: readonly Port[], returned: unknown, codec: Codec): CallResult | Promise<CallResult> {
  if (ports.length === 0 && returned === undefined) return {};
  if (returned === undefined) return refuse(path, 'PROVIDES_UNKNOWN', sentence('PROVIDES_UNKNOWN', { value: ports[0]?.name ?? '' }));
  if (typeof returned !== 'object' || returned === null || isList(returned)) {
    return refuse(path, 'RESULT_NOT_OBJECT', sentence('RESULT_NOT_OBJECT', { what: inWords(returned) }));
  }
  const values = returned as Readonly<Record<string, unknown>>;
  for (const { name, optional } of ports) {
    if (!Object.hasOwn(values, name) && !optional) return refuse(path, 'PROVIDES_UNKNOWN', sentence('PROVIDES_UNKNOWN', { value: name }));
  }
  for (const key in values) {
    if (!ports.some(({ name }) => name === key)) return refuse(path, 'PROVIDES_MISSING', sentence('PROVIDES_MISSING', { value: key }));
  }
  return hasSchemas(ports) ? parsedResult(path, ports, values, codec) : encodedResult(path, values, codec);
}

/** A file that was read, perhaps: to go through its keys would take a second for each megabyte. */
function isList(returned: object): boolean {
  return ArrayBuffer.isView(returned) || (Array.isArray(returned) && returned.length > 0);
}

async function parsedResult(
  path: string,
  ports: readonly Port[],
  values: Readonly<Record<string, unknown>>,
  codec: Codec,
): Promise<CallResult> {
  const parsed = await parse(ports, values);
  if ('issues' in parsed) return refuse(path, 'INVALID_OUTPUT', `its outputs are not valid: ${issueText(parsed.issues)}`, parsed.issues);
  return encodedResult(path, parsed.values, codec);
}

function encodedResult(path: string, values: Readonly<Record<string, unknown>>, codec: Codec): CallResult {
  try {
    return { result: codec.encode(values) };
  } catch (error) {
    if (!isNotStorable(error)) return { failure: toFailure(error) };
    return refuse(path, error.code, sentence('NOT_STORABLE', { path: error.path, reason: error.reason }));
  }
}

export function hasSchemas(ports: readonly Port[]): boolean {
  return ports.some(({ schema }) => schema !== undefined);
}

/** Values with a schema are parsed; the others go through as they are. */
export async function parse(
  ports: readonly Port[],
  values: Readonly<Record<string, unknown>>,
): Promise<{ readonly values: Readonly<Record<string, unknown>> } | { readonly issues: readonly ValueIssue[] }> {
  const parsed: Record<string, unknown> = { ...values };
  const issues: ValueIssue[] = [];
  for (const { name, schema } of ports) {
    if (schema === undefined || !Object.hasOwn(values, name)) continue;
    const outcome = await validate(schema, values[name]);
    if ('issues' in outcome) issues.push(...outcome.issues.map((issue) => inValue(name, issue)));
    else parsed[name] = outcome.value;
  }
  return issues.length > 0 ? { issues } : { values: parsed };
}

function inValue(name: string, { path, message }: ValueIssue): ValueIssue {
  return { path: path === '' ? name : `${name}.${path}`, message };
}

export function issueText(issues: readonly ValueIssue[]): string {
  return issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
}

function refuse(path: string, code: string, message: string, issues?: readonly ValueIssue[]): { readonly failure: Failure } {
  const data = issues?.map(({ path, message: text }) => ({ path, message: text }));
  return { failure: statedFailure({ name: 'TaskContractError', code, message: `task '${path}': ${message}`, data }) };
}
