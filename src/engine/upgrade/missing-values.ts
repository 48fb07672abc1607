import type { CompiledAtom, CompiledDecider, CompiledFlow, Source } from '../../compilation/index.js';
import { isWrapped } from '../../persistence/index.js';
import { Redoing } from '../decide/redoing.js';
import { behaviorOf } from '../state/atom-behavior.js';
import { atomOf, isSkipped, mayBeUndone, type RunStatus } from '../state/run-status.js';
import { storedValue } from '../state/values.js';

/** Values that are still needed and that are not stored: looked for in a run that has the new flow already. */
export function missingValues(flow: CompiledFlow, status: RunStatus): readonly string[] {
  const redoing = new Redoing(flow, status);
  return [
    ...flow.atoms.flatMap((_, index) => missingOf(flow, status, redoing, index)),
    ...(flow.deciders ?? []).flatMap((decider, index) => missingOfDecider(flow, status, redoing, decider, index)),
  ];
}

function missingOf(flow: CompiledFlow, status: RunStatus, redoing: Redoing, index: number): string[] {
  const atom = flow.atoms[index] as CompiledAtom;
  const behavior = behaviorOf(atom);
  const { state, intention } = atomOf(status, index);
  const isAhead = intention === 'REDO' || (state === 'PENDING' && intention === 'EXECUTE');
  // What is in flight is called again at once: no provider runs before.
  const atOnce = mayBeUndone(state) ? { ...(state === 'RUNNING' ? behavior.needs(atom) : {}), ...behavior.needsToRevert(atom) } : {};
  const missing = new Map([
    ...entriesOf(behavior.needs(atom))
      .filter(([, source]) => isMissed(flow, status, source, isAhead, redoing, index))
      .map(([input, source]) => [input, whyNot(status, source)] as const),
    ...entriesOf(atOnce)
      .filter(([, source]) => isVanishing(status, source) || !isStored(flow, status, source))
      .map(
        ([input, source]) =>
          [input, isVanishing(status, source) ? 'whose provider is being undone' : 'which was not stored when it began'] as const,
      ),
  ]);
  return [...missing].map(([input, why]) => `'${atom.path}' needs '${input}', ${why}`);
}

/** Whether an atom that has yet to run, or may be done again, would look for the value in vain. */
function isMissed(flow: CompiledFlow, status: RunStatus, source: Source, isAhead: boolean, redoing: Redoing, atom: number): boolean {
  if (isGiven(flow, status, source)) return false;
  return isAhead || redoing.of(atom).some((again) => !isGiven(flow, status, source, again));
}

/** Its provider is being undone, which ends before anything else is called: what it gave is forgotten then. */
function isVanishing({ atoms }: RunStatus, source: Source): boolean {
  return source.from === 'atom' && atoms[source.atom]?.state === 'REVERTING';
}

function whyNot({ atoms }: RunStatus, source: Source): string {
  const wasSkipped = source.from === 'atom' && atoms[source.atom]?.state === 'IGNORE';
  return `which was not stored ${wasSkipped ? 'because its provider was skipped' : 'when its provider ran'}`;
}

function entriesOf(sources: Readonly<Record<string, Source>>): readonly (readonly [string, Source])[] {
  return Object.entries(sources);
}

/** A decider that has answered, or whose node has begun, is asked again only by way of a retry. */
function missingOfDecider(
  flow: CompiledFlow,
  status: RunStatus,
  redoing: Redoing,
  { target, first, until, source, history, reads }: CompiledDecider,
  index: number,
): string[] {
  const isNew = status.atoms.slice(first, until).every(({ state, intention }) => state === 'PENDING' && intention === 'EXECUTE');
  const isAhead = isNew && status.atoms[first]?.votes[index] === undefined && !isSkipped(status, source);
  const values = source === undefined ? reads : (history[source.node] ?? {});
  return Object.entries(values).flatMap(([name, from]) =>
    mayBeAbsent(from) || !isMissed(flow, status, from, isAhead, redoing, first)
      ? []
      : [`what decides about '${target}' needs '${name}', ${whyNot(status, from)}`],
  );
}

/** It is stored, or its provider has yet to run: for the first time, or again. */
function isGiven(flow: CompiledFlow, status: RunStatus, source: Source, again?: ReadonlySet<number>): boolean {
  switch (source.from) {
    case 'atom': {
      if (again?.has(source.atom) === true) return true;
      const { state, intention } = status.atoms[source.atom] ?? {};
      return intention === 'REDO' || (state !== 'SUCCESS' && state !== 'IGNORE') || isStored(flow, status, source);
    }
    case 'branch':
      return source.of.length === 0 || source.of.some((branch) => isGiven(flow, status, branch, again));
    default:
      return isStored(flow, status, source);
  }
}

/** A decider gets such a value only where there is one: also in a run that began with this flow. */
function mayBeAbsent(source: Source): boolean {
  return source.from === 'input' || (source.from === 'branch' && !source.certain);
}

function isStored(flow: CompiledFlow, status: RunStatus, source: Source): boolean {
  return source.from === 'constant' || isSealed(status, source) || storedValue({ flow, status }, source, NO_CODEC) !== undefined;
}

/** It is encrypted, and was loaded without the key: what is in it is not known. */
function isSealed(status: RunStatus, source: Source): boolean {
  switch (source.from) {
    case 'input':
      return isWrapped(status.creation.inputs);
    case 'constant':
      return false;
    case 'atom':
      return isWrapped(status.atoms[source.atom]?.result);
    case 'branch':
      return source.of.some((branch) => isSealed(status, branch));
  }
}

/** Only constants are encoded, and those are not looked at here. */
const NO_CODEC = { encode: () => null, decode: () => undefined };
