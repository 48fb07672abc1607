import type { CompiledFlow, OptionalPart } from '../../src/compilation/index.js';
import type { AnyFlow } from '../../src/index.js';
import type { Transition } from '../../src/persistence/index.js';
import { waitsOf } from '../compilation/graph-tasks.js';

/** What the world knows of a flow: its atoms by number, which tasks wait for which, and what is decided about. */
export interface Plan {
  readonly atoms: readonly string[];
  /** Tasks, and the tasks right before them. */
  readonly after: Readonly<Record<string, readonly string[]>>;
  /** By number, as in the journal. */
  readonly deciders: readonly PlannedDecider[];
  /** The atoms of each node that may fail without failing its flow. */
  readonly optional: readonly (readonly string[])[];
  /** Tasks that nobody undoes. */
  readonly lasting?: ReadonlySet<string>;
  /** Tasks of which the run rests when a process has died in them. */
  readonly resting?: ReadonlySet<string>;
}

/** Says whether a node runs: the decider of a link to it, or a choice that it is a branch of. */
export interface PlannedDecider {
  /** What is asked: `path of the choice`, one for all branches, or `path of the target <- name of the source`. */
  readonly name: string;
  /** Path of the node. */
  readonly target: string;
  readonly atoms: readonly string[];
  /** What its `no` skips: those, and as far as it reaches. */
  readonly skips: readonly string[];
  /** Atoms of the node that its link comes from. */
  readonly source: readonly string[];
  /** Tasks that have to have ended before it is asked. */
  readonly before: readonly string[];
}

/** What can be known of a flow without running it. */
export function planOf(flow: AnyFlow): Pick<Plan, 'atoms' | 'after' | 'deciders' | 'optional'> {
  const compiled = flow.compile() as unknown as CompiledFlow;
  const atoms = compiled.atoms.map(({ path }) => path);
  // Retries, and what only waits.
  const idle = new Set(compiled.atoms.flatMap(({ kind, path }) => (kind === 'task' ? [] : [path])));
  const predecessors = waitsOf(compiled);
  // Those before the idle ones in between, too.
  const before = (path: string): string[] => (predecessors[path] ?? []).flatMap((one) => (idle.has(one) ? before(one) : [one]));
  const after = Object.fromEntries(
    Object.keys(predecessors).flatMap((path) => (idle.has(path) ? [] : [[path, [...new Set(before(path))]]])),
  );
  const deciders = (compiled.deciders ?? []).map(({ target, first, end, source, choice, skips }) => ({
    name: choice === undefined ? `${target} <- ${source?.node}` : target.slice(0, target.lastIndexOf('/')),
    target,
    atoms: atoms.slice(first, end),
    skips: skips.flatMap(([from, to]) => atoms.slice(from, to)),
    source: source === undefined ? [] : atoms.slice(source.first, source.end),
    before: [...new Set(before(atoms[first] ?? ''))],
  }));
  const parts = new Set(compiled.optional?.flatMap((part) => around(part)));
  return { atoms, after, deciders, optional: [...parts].map(({ first, end }) => atoms.slice(first, end)) };
}

/** From the inside out. */
function around(part: OptionalPart | undefined): readonly OptionalPart[] {
  return part === undefined ? [] : [part, ...around(part.outer)];
}

/** A call of a task that is under way. */
export interface OpenCall {
  readonly process: string;
  readonly path: string;
  readonly key: string;
  readonly fence: number;
  readonly turn: number;
  readonly phase: 'execute' | 'revert';
}

/** For whoever reads of it. */
export function shown([word, ...rest]: Transition): string {
  return `${word}${rest
    .filter((one) => typeof one !== 'object')
    .map((one) => `:${String(one)}`)
    .join('')}`;
}
