import type { Failure } from '../model/failure.js';
import { isJsonArray, isJsonObject, type Json } from '../model/json.js';
import { DECISIONS, type Decision, type Intention, RUN_STATES, type RunState } from '../model/states.js';
import type { FlowChange, RunCreation, Transition } from './entry.js';

/** As deep as causes of causes go in what this library writes, with room; deeper ones would only overflow a stack. */
const MAX_CAUSES = 64;

const INTENTIONS: ReadonlySet<Json> = new Set<Intention>(['EXECUTE', 'REVERT', 'RETRY', 'REDO', 'IGNORE']);
const STATES: ReadonlySet<Json> = new Set<RunState>(RUN_STATES);
const DECISION_WORDS: ReadonlySet<Json> = new Set<Decision>(DECISIONS);

/** No version up to this one writes that: a newer one may. */
export class WrittenByNewer extends Error {}

type Decode = (rest: readonly Json[], op: string, atomCount: number, into: Transition[]) => void;

const DECODERS: ReadonlyMap<Json, Decode> = new Map<Json, Decode>([
  ['CREATED', (rest, _op, _count, into) => into.push(['CREATED', creation(only(rest, 1)[0])])],
  ['RUN', (rest, _op, _count, into) => into.push(['RUN', runState(only(rest, 1)[0])])],
  ['TAKEOVER', (rest, _op, count, into) => into.push(['TAKEOVER', atoms(only(rest, 1)[0], count)])],
  ['INTEND', (rest, _op, count, into) => into.push(['INTEND', intention(only(rest, 3)[0]), ...range(rest[1], rest[2], count)])],
  ['RESET', (rest, _op, count, into) => into.push(['RESET', ...range(only(rest, 2)[0], rest[1], count)])],
  ['FLOW', (rest, _op, count, into) => into.push(['FLOW', flowChange(only(rest, 1)[0], count)])],
  ['CANCEL', (rest, _op, _count, into) => only(rest, 0) && into.push(['CANCEL'])],
  ['RUNNING', bare],
  ['SUCCESS', valued],
  ['ATTEMPT', valued],
  ['FAILURE', failed],
  ['INTERRUPTED', failed],
  ['REVERTING', bare],
  ['REVERTED', valued],
  ['REVERT_FAILURE', failed],
  ['RETRYING', bare],
  ['SLEEP', (rest, _op, count, into) => into.push(['SLEEP', atom(only(rest, 2)[0], count), natural(rest[1])])],
  ['UNSETTLED', bare],
  ['SETTLED', bare],
  ['DECIDED', (rest, _op, count, into) => into.push(['DECIDED', ...decided(only(rest, 4), count)])],
  ['PROGRESS', (rest, _op, count, into) => into.push(progress(rest, count))],
  ['VOTE', (rest, _op, count, into) => into.push(['VOTE', atom(only(rest, 3)[0], count), natural(rest[1]), truth(rest[2])])],
  ['IGNORE', bare],
  ['WITHDRAWN', bare],
  ['SAVED', (rest, _op, count, into) => into.push(['SAVED', atom(only(rest, 2)[0], count), rest[1] as Json])],
  ['SNAPSHOT', (rest, _op, _count, into) => into.push(['SNAPSHOT', only(rest, 1)[0] as Json])],
]);

/**
 * Checks one stored tuple and adds what it says; a range adds one transition for each atom.
 * @throws Error with what is wrong, in words; WrittenByNewer when this version does not know what it says
 */
export function decodeTransition(tuple: Json, atomCount: number, into: Transition[]): void {
  if (!isJsonArray(tuple)) throw new Error('a transition is not a list');
  const op = tuple[0];
  if (typeof op !== 'string') throw new Error(`a transition begins with ${shown(op)}`);
  const decode = DECODERS.get(op);
  if (decode === undefined) throw new WrittenByNewer(`nothing is known of the transition ${shown(op)}`);
  try {
    decode(tuple.slice(1), op, atomCount, into);
  } catch (fault) {
    const reason = `${op} ${(fault as Error).message}`;
    throw fault instanceof WrittenByNewer ? new WrittenByNewer(reason) : new Error(reason);
  }
}

type BareOp = Exclude<Extract<Transition, readonly [string, number]>[0], 'SLEEP'>;

function bare(rest: readonly Json[], op: string, atomCount: number, into: Transition[]): void {
  const [which] = only(rest, 1);
  if (which === undefined || !isJsonArray(which)) {
    into.push([op as BareOp, atom(which, atomCount)]);
    return;
  }
  const [from, to] = range(which[0], which[1], atomCount);
  if (which.length !== 2 || from === to) throw new Error(`has the range ${shown(which)}`);
  for (let index = from; index < to; index++) into.push([op as BareOp, index]);
}

function valued(rest: readonly Json[], op: string, atomCount: number, into: Transition[]): void {
  if (rest.length === 2) into.push([op as 'SUCCESS' | 'ATTEMPT' | 'REVERTED', atom(rest[0], atomCount), rest[1] as Json]);
  else bare(rest, op, atomCount, into);
}

function failed(rest: readonly Json[], op: string, atomCount: number, into: Transition[]): void {
  const [which, what] = only(rest, 2);
  into.push([op as 'FAILURE' | 'INTERRUPTED' | 'REVERT_FAILURE', atom(which, atomCount), failure(what, 0)]);
}

function only(rest: readonly Json[], length: number): readonly Json[] {
  if (rest.length !== length) throw otherParts(rest.length, String(length), rest.length > length);
  return rest;
}

/** A newer version may say more; what a word says today is never left out. */
function otherParts(has: number, due: string, isMore: boolean): Error {
  const reason = `has ${has} parts instead of ${due}`;
  return isMore ? new WrittenByNewer(reason) : new Error(reason);
}

function atom(value: Json | undefined, atomCount: number): number {
  if (!isIndex(value, atomCount - 1)) throw new Error(`names atom ${shown(value)} of ${atomCount}`);
  return value;
}

function atoms(value: Json | undefined, atomCount: number): readonly number[] {
  if (value === undefined || !isJsonArray(value)) throw new Error('has no list of atoms');
  return value.map((one) => atom(one, atomCount));
}

/** Atoms `from` up to, not including, `to`. */
function range(from: Json | undefined, to: Json | undefined, atomCount: number): readonly [number, number] {
  if (!isIndex(from, atomCount) || !isIndex(to, atomCount) || from > to) {
    throw new Error(`has the range ${shown(from)} to ${shown(to)} of ${atomCount} atoms`);
  }
  return [from, to];
}

function natural(value: Json | undefined): number {
  if (!isIndex(value, Number.MAX_SAFE_INTEGER)) throw new Error(`has the number ${shown(value)}`);
  return value;
}

function truth(value: Json | undefined): boolean {
  if (typeof value !== 'boolean') throw new Error(`has the vote ${shown(value)}`);
  return value;
}

function isIndex(value: Json | undefined, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max;
}

function runState(value: Json | undefined): RunState {
  if (value === undefined || !STATES.has(value)) throw unknownWord('state', value);
  return value as RunState;
}

/** A text may be a word of a newer version; nothing else is one. */
function unknownWord(of: string, value: Json | undefined): Error {
  const reason = `has the ${of} ${shown(value)}`;
  return typeof value === 'string' ? new WrittenByNewer(reason) : new Error(reason);
}

function intention(value: Json | undefined): Intention {
  if (value === undefined || !INTENTIONS.has(value)) throw unknownWord('intention', value);
  return value as Intention;
}

function decided(rest: readonly Json[], atomCount: number): readonly [number, number, number, Decision] {
  const [retry, failed, via, word] = rest;
  if (word === undefined || !DECISION_WORDS.has(word)) throw unknownWord('decision', word);
  return [atom(retry, atomCount), atom(failed, atomCount), atom(via, atomCount), word as Decision];
}

function progress(rest: readonly Json[], atomCount: number): Transition {
  const [which, fraction, details] = rest;
  if (rest.length !== 2 && rest.length !== 3) throw otherParts(rest.length, '2 or 3', rest.length > 3);
  if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1)) throw new Error(`has the fraction ${shown(fraction)}`);
  const index = atom(which, atomCount);
  return details === undefined ? ['PROGRESS', index, fraction] : ['PROGRESS', index, fraction, details];
}

function flowChange(value: Json | undefined, atomCount: number): FlowChange {
  if (!isJsonObject(value)) throw new Error('says nothing of the flow');
  const { version, fingerprint, manifest, from } = value;
  if (!Number.isInteger(version) || typeof fingerprint !== 'string' || manifest === undefined || from === undefined || !isJsonArray(from)) {
    throw new Error('does not say enough of the flow');
  }
  const places = from.map((place) => (place === -1 ? -1 : atom(place, atomCount)));
  return { version: version as number, fingerprint, manifest, from: places };
}

/** What a newer version says beside that is kept: it is written again with each snapshot. */
function creation(value: Json | undefined): RunCreation {
  if (!isJsonObject(value)) throw new Error('says nothing of the run');
  const { key, flow, version, fingerprint, inputs, inputsHash } = value;
  const texts = typeof key === 'string' && typeof flow === 'string' && typeof fingerprint === 'string' && typeof inputsHash === 'string';
  if (!texts || !Number.isInteger(version) || !isJsonObject(inputs)) throw new Error('does not say enough of the run');
  return { ...value, key, flow, version: version as number, fingerprint, inputs, inputsHash };
}

function failure(value: Json | undefined, depth: number): Failure {
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

function shown(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}
