import {
  type CompiledAtom,
  type CompiledDecider,
  type CompiledFlow,
  mayBeAbsent,
  type Source,
  type StoredValues,
  whyMissing,
} from '../../compilation/index.js';
import type { Json } from '../../model/json.js';
import { isWrapped } from '../../persistence/index.js';
import { behaviorOf } from '../state/atom-behavior.js';
import { type AtomStatus, atomOf, isSkipped, mayBeUndone, type RunStatus } from '../state/run-status.js';
import { Redoing } from './redoing.js';

const NOT_GIVEN = 'which was not stored when its provider ran';
const SKIPPED = 'which was not stored because its provider was skipped';
const NOT_THERE = 'which was not stored when it began';
const VANISHING = 'whose provider is being undone';

/** Values that are still needed and that are not stored: looked for in a run that has the new flow already. */
export function missingValues(flow: CompiledFlow, status: RunStatus): readonly string[] {
  const redoing = new Redoing(flow, status);
  return [
    ...flow.atoms.flatMap((atom) => missingOf(atom, status, redoing)),
    ...(flow.deciders ?? []).flatMap((decider, index) => missingOfDecider(status, redoing, decider, index)),
  ];
}

function missingOf(atom: CompiledAtom, status: RunStatus, redoing: Redoing): string[] {
  const behavior = behaviorOf(atom);
  const { state, intention } = atomOf(status, atom.index);
  const isAhead = intention === 'REDO' || (state === 'PENDING' && intention === 'EXECUTE');
  // What is in flight, or about to be tried again, is called again: no provider runs before.
  const isCalled = state === 'RUNNING' || state === 'RETRYING';
  const atOnce = mayBeUndone(state) ? { ...(isCalled ? behavior.needs(atom) : {}), ...behavior.needsToRevert(atom) } : {};
  const missing = new Map([
    ...reasons(behavior.needs(atom), (source) => whyMissed(status, source, isAhead, redoing, atom.index)),
    ...reasons(atOnce, (source) => whyMissing(source, storedNow(status))),
  ]);
  return [...missing].map(([input, why]) => `'${atom.path}' needs '${input}', ${why}`);
}

/** A decider that has answered, or whose node has begun, is asked again only by way of a retry. */
function missingOfDecider(
  status: RunStatus,
  redoing: Redoing,
  { target, first, end, source, history, reads }: CompiledDecider,
  index: number,
): string[] {
  const isNew = status.atoms.slice(first, end).every(({ state, intention }) => state === 'PENDING' && intention === 'EXECUTE');
  const isAhead = isNew && status.atoms[first]?.votes[index] === undefined && !isSkipped(status, source);
  const values = source === undefined ? reads : (history[source.node] ?? {});
  const missing = reasons(values, (from) => (mayBeAbsent(from) ? undefined : whyMissed(status, from, isAhead, redoing, first)));
  return missing.map(([name, why]) => `what decides about '${target}' needs '${name}', ${why}`);
}

function reasons(
  sources: Readonly<Record<string, Source>>,
  why: (source: Source) => string | undefined,
): readonly (readonly [string, string])[] {
  return Object.entries(sources).flatMap(([name, source]) => {
    const reason = why(source);
    return reason === undefined ? [] : [[name, reason] as const];
  });
}

/** Why an atom that has yet to run, or may be done again, would look for the value in vain. */
function whyMissed(status: RunStatus, source: Source, isAhead: boolean, redoing: Redoing, reader: number): string | undefined {
  const reason = whyMissing(source, storedAhead(status, new Set()));
  if (reason === undefined) return undefined;
  const isMissed = isAhead || redoing.of(reader).some((again) => whyMissing(source, storedAhead(status, again)) !== undefined);
  return isMissed ? reason : undefined;
}

/** What will be stored when the reader's turn comes. @param again atoms that will have run again by then */
function storedAhead(status: RunStatus, again: ReadonlySet<number>): StoredValues {
  return {
    input: (name) => (hasInput(status, name) ? undefined : NOT_GIVEN),
    output(atom, output) {
      const provider = atomOf(status, atom);
      const { state, intention } = provider;
      const willRun = again.has(atom) || intention === 'REDO' || (state !== 'SUCCESS' && state !== 'IGNORE');
      if (willRun || hasOutput(provider, output)) return undefined;
      return state === 'IGNORE' ? SKIPPED : NOT_GIVEN;
    },
    branch: (found) => (found.length === 0 || found.includes(undefined) ? undefined : NOT_GIVEN),
  };
}

/** What is stored for a reader that is called before anything else runs. What is being undone is so before that, and has given nothing then. */
function storedNow(status: RunStatus): StoredValues {
  return {
    input: (name) => (hasInput(status, name) ? undefined : NOT_THERE),
    output(atom, output) {
      const provider = atomOf(status, atom);
      if (provider.state === 'REVERTING') return VANISHING;
      return hasOutput(provider, output) ? undefined : NOT_THERE;
    },
    branch: (found) => (found.includes(undefined) ? undefined : found.includes(VANISHING) ? VANISHING : NOT_THERE),
  };
}

function hasInput({ creation }: RunStatus, name: string): boolean {
  return isReadable(creation.inputs, name);
}

function hasOutput({ result }: AtomStatus, output: string): boolean {
  return result !== undefined && isReadable(result, output);
}

/** What is encrypted, and was loaded without the key, may hold anything. */
function isReadable(values: Json, name: string): boolean {
  return isWrapped(values) || Object.hasOwn(values as object, name);
}
