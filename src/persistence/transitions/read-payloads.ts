import type { Failure } from '../../model/failure.js';
import { isJsonArray, isJsonObject, type Json } from '../../model/json.js';
import { isNewerManifest } from '../../model/manifest.js';
import { WrittenByNewer } from './kind.js';
import { atom, natural, text } from './parts.js';
import type { Awaited, FlowChange, RunCreation } from './payloads.js';

/** As deep as causes of causes go in what this library writes, with room; deeper ones would only overflow a stack. */
const MAX_CAUSES = 64;

/** What a newer version says beside that is kept: it is written again with each snapshot. */
export function creation(value: Json | undefined): RunCreation {
  if (!isJsonObject(value)) throw new Error('says nothing of the run');
  const { trace, ...rest } = value;
  const { key, flow, version, fingerprint, inputs, inputsHash, deadlineMs } = rest;
  const texts = typeof key === 'string' && typeof flow === 'string' && typeof fingerprint === 'string' && typeof inputsHash === 'string';
  if (!texts || !Number.isInteger(version) || !isJsonObject(inputs)) throw new Error('does not say enough of the run');
  const limit = deadlineMs === undefined ? {} : { deadlineMs: natural(deadlineMs) };
  // No run is worse for a trace that can't be read.
  const traced = typeof trace === 'string' ? { trace } : {};
  return { ...rest, key, flow, version: version as number, fingerprint, inputs, inputsHash, ...limit, ...traced };
}

export function flowChange(value: Json | undefined, atomCount: number): FlowChange {
  if (!isJsonObject(value)) throw new Error('says nothing of the flow');
  const { version, fingerprint, manifest, from } = value;
  if (!Number.isInteger(version) || typeof fingerprint !== 'string' || manifest === undefined || from === undefined || !isJsonArray(from)) {
    throw new Error('does not say enough of the flow');
  }
  if (isNewerManifest(manifest)) throw new WrittenByNewer('describes the flow in a newer way');
  const places = from.map((place) => (place === -1 ? -1 : atom(place, atomCount)));
  return { version: version as number, fingerprint, manifest, from: places };
}

/** A field that only a newer version writes: without knowing it, this one can't tell what the wait is for. */
export function awaited(value: Json | undefined): Awaited {
  if (value === undefined || !isJsonObject(value)) throw new Error('does not say what is waited for');
  const { untilMs, signal, ...rest } = value;
  const [other] = Object.keys(rest);
  if (other !== undefined) throw new WrittenByNewer(`waits for ${JSON.stringify(other)}`);
  return {
    ...(untilMs === undefined ? {} : { untilMs: natural(untilMs) }),
    ...(signal === undefined ? {} : { signal: text(signal, 'signal') }),
  };
}

export function failure(value: Json | undefined, depth = 0): Failure {
  if (!isJsonObject(value)) throw new Error('has no failure');
  if (depth > MAX_CAUSES) throw new Error(`has more than ${MAX_CAUSES} causes of causes`);
  const { name, message, code, status, stack, cause, errors, permanent } = value;
  if (typeof name !== 'string' || typeof message !== 'string') throw new Error('has a failure without name or message');
  const texts = isOptionalText(code) && isOptionalText(stack) && (status === undefined || typeof status === 'number');
  if (!texts || (permanent !== undefined && permanent !== true)) throw new Error('has a failure with parts of a wrong type');
  if (cause !== undefined) failure(cause, depth + 1);
  if (errors !== undefined) {
    if (!isJsonArray(errors)) throw new Error('has a failure whose errors are no list');
    for (const one of errors) failure(one, depth + 1);
  }
  return value as unknown as Failure;
}

function isOptionalText(value: Json | undefined): boolean {
  return value === undefined || typeof value === 'string';
}
