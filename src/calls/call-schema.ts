import { isNotStorable } from '../model/codec/codec.js';
import { sentence } from '../model/diagnostics.js';
import { statedFailure } from '../model/failure.js';
import type { CallEnd } from './end.js';
import type { CallRegistry } from './registry.js';
import type { SignalRequest } from './request.js';
import { issueText, parse } from './result.js';

/** Asks the schema of a wait what it makes of a signal: gives what the wait provides. What it refuses, or can't be stored, is a failure. */
export async function callSchema({ atom, name, path, payload }: SignalRequest, registry: CallRegistry): Promise<CallEnd> {
  const { codec } = registry;
  const { outputs } = registry.wait(atom);
  const sent = payload === undefined ? undefined : codec.decode(payload);
  const parsed = await parse(outputs, Object.fromEntries(outputs.map((port) => [port.name, sent])));
  if ('issues' in parsed) return refused(path, name, issueText(parsed.issues));
  try {
    return { kind: 'result', result: codec.encode(parsed.values) };
  } catch (error) {
    if (!isNotStorable(error)) throw error;
    return refused(path, name, sentence('NOT_STORABLE', { path: error.path, reason: error.reason }));
  }
}

function refused(path: string, name: string, why: string): CallEnd {
  const message = `'${path}' can't take the signal '${name}': ${why}`;
  return { kind: 'failure', failure: statedFailure({ name: 'TaskContractError', code: 'INVALID_INPUT', message }) };
}
