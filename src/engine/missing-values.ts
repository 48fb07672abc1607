import type { CompiledAtom, CompiledDecider, CompiledFlow, CompiledRetry, Source } from '../compilation/index.js';
import { isWrapped } from '../persistence/index.js';
import { type AtomStatus, isSkipped, mayBeUndone, type RunStatus } from './run-state.js';
import { storedValue } from './values.js';

/** Values that are still needed and that nobody has stored: looked for in a run that has the new flow already. */
export function missingValues(flow: CompiledFlow, status: RunStatus): readonly string[] {
  const live = liveRetries(flow, status);
  return [
    ...flow.atoms.flatMap((_, index) => missingOf(flow, status, live, index)),
    ...(flow.deciders ?? []).flatMap((decider, index) => missingOfDecider(flow, status, decider, index)),
  ];
}

function missingOf(flow: CompiledFlow, status: RunStatus, live: ReadonlySet<number>, index: number): string[] {
  const atom = flow.atoms[index] as CompiledAtom;
  const { state, intention } = status.atoms[index] as AtomStatus;
  const isAhead = state === 'PENDING' && intention === 'EXECUTE';
  const again = isAhead ? undefined : retriedWith(flow, live, atom);
  const later = isAhead || again !== undefined ? forward(atom) : {};
  // What is in flight is called again at once, whatever it is given by.
  const atOnce = mayBeUndone(state) ? { ...(state === 'RUNNING' ? forward(atom) : {}), ...back(atom) } : {};
  const missing = new Map([
    ...entriesOf(later)
      .filter(([, source]) => !isGiven(flow, status, source, again))
      .map(([input, source]) => [input, whyNot(status, source)] as const),
    ...entriesOf(atOnce)
      .filter(([, source]) => !isStored(flow, status, source))
      .map(([input]) => [input, 'when it began'] as const),
  ]);
  return [...missing].map(([input, why]) => `'${atom.path}' needs '${input}', which was not stored ${why}`);
}

function whyNot({ atoms }: RunStatus, source: Source): string {
  return source.from === 'atom' && atoms[source.atom]?.state === 'IGNORE' ? 'because its provider was skipped' : 'when its provider ran';
}

function entriesOf(sources: Readonly<Record<string, Source>>): readonly (readonly [string, Source])[] {
  return Object.entries(sources);
}

/** The innermost retry around an atom that may still have it, and all that is in the same flow, done again. */
function retriedWith(flow: CompiledFlow, live: ReadonlySet<number>, { governor }: CompiledAtom): CompiledRetry | undefined {
  for (let at = governor; at >= 0; at = flow.atoms[at]?.governor ?? -1) {
    const retry = flow.atoms[at];
    if (retry?.kind === 'retry' && live.has(at)) return retry;
  }
  return undefined;
}

/** Retries of whose flow something is left to do, and which have not given up. */
function liveRetries(flow: CompiledFlow, { atoms, goingBack }: RunStatus): ReadonlySet<number> {
  const live = new Set<number>();
  if (goingBack) return live;
  for (const [index, { governor }] of flow.atoms.entries()) {
    const state = atoms[index]?.state;
    if (state === 'SUCCESS' || state === 'IGNORE') continue;
    for (let at = governor; at >= 0 && !live.has(at); at = flow.atoms[at]?.governor ?? -1) live.add(at);
  }
  for (const at of live) if (atoms[at]?.intention === 'REVERT') live.delete(at);
  return live;
}

/** Who has voted is not asked again, nor is anybody about what has begun: that was let begin. */
function missingOfDecider(
  flow: CompiledFlow,
  status: RunStatus,
  { target, first, until, source, history, reads }: CompiledDecider,
  index: number,
): string[] {
  if (status.atoms[first]?.votes[index] !== undefined) return [];
  const begins = status.atoms.slice(first, until).every(({ state, intention }) => state === 'PENDING' && intention === 'EXECUTE');
  if (!begins || isSkipped(status, source)) return [];
  const told = source === undefined ? reads : (history[source.node] ?? {});
  return Object.entries(told).flatMap(([name, from]) =>
    mayBeAbsent(from) || isGiven(flow, status, from)
      ? []
      : [`what decides about '${target}' needs '${name}', which was not stored ${whyNot(status, from)}`],
  );
}

function forward(atom: CompiledAtom): Readonly<Record<string, Source>> {
  if (atom.kind === 'retry') return atom.inputs;
  return onlyRequired(atom.inputs, atom.task.requires);
}

/** Retries are asked as long as their flow goes on. */
function back(atom: CompiledAtom): Readonly<Record<string, Source>> {
  if (atom.kind === 'retry') return forward(atom);
  return atom.task.hasRevert !== false ? onlyRequired(atom.revertInputs, atom.revertPorts) : {};
}

function onlyRequired(
  sources: Readonly<Record<string, Source>>,
  ports: readonly { readonly name: string; readonly optional: boolean }[],
): Readonly<Record<string, Source>> {
  return Object.fromEntries(
    ports.flatMap(({ name, optional }) => (optional || sources[name] === undefined ? [] : [[name, sources[name]]])),
  );
}

/** It is there, or whoever gives it has yet to run: for the first time, or with all of a retry's flow. */
function isGiven(flow: CompiledFlow, status: RunStatus, source: Source, again?: CompiledRetry): boolean {
  switch (source.from) {
    case 'atom': {
      if (again !== undefined && source.atom >= again.index && source.atom < again.until) return true;
      const state = status.atoms[source.atom]?.state;
      return (state !== 'SUCCESS' && state !== 'IGNORE') || isStored(flow, status, source);
    }
    case 'branch':
      return source.of.length === 0 || source.of.some((one) => isGiven(flow, status, one, again));
    case 'nearest': {
      const all = source.levels.flat();
      return all.length === 0 || all.some((one) => isGiven(flow, status, one, again));
    }
    default:
      return isStored(flow, status, source);
  }
}

/** Who decides is told of such a value only where there is one: also in a run that began with this flow. */
function mayBeAbsent(source: Source): boolean {
  return source.from === 'input' || (source.from === 'branch' && !source.certain);
}

function isStored(flow: CompiledFlow, status: RunStatus, source: Source): boolean {
  return source.from === 'constant' || isSealed(status, source) || storedValue({ flow, status }, source, NO_CODEC) !== undefined;
}

/** Who looks without keys can't know what is in it. */
function isSealed(status: RunStatus, source: Source): boolean {
  switch (source.from) {
    case 'input':
      return isWrapped(status.creation.inputs);
    case 'constant':
      return false;
    case 'atom':
      return isWrapped(status.atoms[source.atom]?.result);
    case 'branch':
      return source.of.some((one) => isSealed(status, one));
    case 'nearest':
      return source.levels.flat().some((one) => isSealed(status, one));
  }
}

/** Only constants are encoded, and those are not looked at here. */
const NO_CODEC = { encode: () => null, decode: () => undefined };
