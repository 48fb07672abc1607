import type { Port } from '../authoring/index.js';
import type { CompiledTask } from '../compilation/index.js';
import { type Codec, NotStorableError } from '../model/codec.js';
import { sentence } from '../model/diagnostics.js';
import { type Failure, toFailure } from '../model/failure.js';
import type { Json } from '../model/json.js';
import { type ValueIssue, validate } from '../model/schema.js';

export type CallResult = { readonly result?: Json } | { readonly failure: Failure };

/** What a returned value becomes in the journal; every way in which it can be wrong is that task's failure (D-8). */
export async function resultOf(task: CompiledTask, returned: unknown, codec: Codec): Promise<CallResult> {
  const ports = [...task.task.provides, ...task.task.keeps];
  if (ports.length === 0 && returned === undefined) return {};
  if (typeof returned !== 'object' || returned === null) {
    return refuse(task, 'PROVIDES_UNKNOWN', sentence('PROVIDES_UNKNOWN', { value: ports[0]?.name ?? String(returned) }));
  }
  const values = returned as Record<string, unknown>;
  for (const { name, optional } of ports) {
    if (!Object.hasOwn(values, name) && !optional) return refuse(task, 'PROVIDES_UNKNOWN', sentence('PROVIDES_UNKNOWN', { value: name }));
  }
  const known = new Set(ports.map(({ name }) => name));
  for (const key of Object.keys(values)) {
    if (!known.has(key)) return refuse(task, 'PROVIDES_MISSING', sentence('PROVIDES_MISSING', { value: key }));
  }
  const parsed = await parse(ports, values);
  if ('issues' in parsed) return refuse(task, 'INVALID_OUTPUT', `its outputs are not valid: ${issueText(parsed.issues)}`, parsed.issues);
  try {
    return { result: codec.encode(parsed.values) };
  } catch (error) {
    if (!(error instanceof NotStorableError)) return { failure: toFailure(error) };
    return refuse(task, error.code, sentence('NOT_STORABLE', { path: error.path, reason: error.reason }));
  }
}

/** Values with a schema are parsed; the others go through as they are. */
export async function parse(
  ports: readonly Port[],
  values: Record<string, unknown>,
): Promise<{ readonly values: Record<string, unknown> } | { readonly issues: readonly ValueIssue[] }> {
  const parsed: Record<string, unknown> = { ...values };
  const issues: ValueIssue[] = [];
  for (const { name, schema } of ports) {
    if (schema === undefined || !Object.hasOwn(values, name)) continue;
    const outcome = await validate(schema, values[name]);
    if ('issues' in outcome)
      issues.push(...outcome.issues.map(({ path, message }) => ({ path: path === '' ? name : `${name}.${path}`, message })));
    else parsed[name] = outcome.value;
  }
  return issues.length > 0 ? { issues } : { values: parsed };
}

export function issueText(issues: readonly ValueIssue[]): string {
  return issues.map(({ path, message }) => `${path}: ${message}`).join('; ');
}

function refuse(task: CompiledTask, code: string, message: string, issues?: readonly ValueIssue[]): { readonly failure: Failure } {
  const data = issues?.map(({ path, message: text }) => ({ path, message: text }));
  return {
    failure: { name: 'TaskContractError', code, message: `task '${task.path}': ${message}`, ...(data === undefined ? {} : { data }) },
  };
}
