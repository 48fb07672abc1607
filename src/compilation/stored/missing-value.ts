import type { Source } from '../shape/source.js';

/** What is known of the values that are stored: those of one run, or of all runs that there may be. A reason says why one may be missing. */
export interface StoredValues {
  /** Of a value that the run was to be given; nothing: it was. */
  input(name: string): string | undefined;
  /** Of what an atom gives; nothing: it is stored, or the atom has yet to run. */
  output(atom: number, output: string): string | undefined;
  /** Of a value that one of several branches gives, by what is known of each of them. */
  branch(reasons: readonly (string | undefined)[]): string | undefined;
}

/**
 * Why a value may be missing that a flow needs which goes on with runs of another version; nothing: it can't be. Resuming a run
 * asks this of what is stored of that run, comparing two versions of what runs of the old one may have stored.
 */
export function whyMissing(source: Source, stored: StoredValues): string | undefined {
  switch (source.from) {
    case 'constant':
      return undefined;
    case 'input':
      return stored.input(source.name);
    case 'atom':
      return stored.output(source.atom, source.output);
    case 'branch':
      return stored.branch(source.of.map((branch) => whyMissing(branch, stored)));
  }
}

/** Whether code that decides gets such a value only where there is one: also in a run that began with this flow. */
export function mayBeAbsent(source: Source): boolean {
  return source.from === 'input' || (source.from === 'branch' && !source.certain);
}
