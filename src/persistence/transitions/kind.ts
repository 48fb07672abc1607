import type { Json } from '../../model/json.js';
import type { AtomState } from '../../model/states.js';

/** Puts something else in the place of a value. `of`: the input, the signal, or the atom; nothing for a snapshot. */
export type MapPart = (value: Json, of?: string | number) => Promise<Json>;

/** All that is known of one word of the journal, whatever engine reads it. `Parts`: what stands behind the word. */
export interface TransitionKind<Parts extends readonly unknown[] = readonly unknown[]> {
  /** What it states, in one sentence: docs/persistence.md lists them. */
  readonly says: string;
  /** The first format of entries that has it. */
  readonly format: number;
  /** `atom`: its first part is one; `atoms`: that is a list of them; `range`: see {@link TransitionKind.rangeAt}; `run`: none in particular. */
  readonly about: 'run' | 'atom' | 'atoms' | 'range';
  /**
   * What an engine of less durability than a write a step does with it. `always`: writes it at once; `checkpoint`: writes it at
   * once, but where no write is promised before the run rests (`none`); `later`: with the next write.
   */
  readonly written: 'always' | 'checkpoint' | 'later';
  /** Where alone it may stand: at the head of the run's first entry, or without others in a snapshot. */
  readonly stands?: 'first' | 'alone';
  /** Its atoms begin with the number in this part, and end before the one in the next part. */
  readonly rangeAt?: number;
  /** The state that its atoms have after it. `before`: the one that they had before the last word that gave them one. */
  readonly state?: AtomState | 'before';
  /** Which part of it people see in the views of a database; none: it is big, or said by the word. */
  readonly shows?: number;
  /** Stored for consecutive atoms, and with nothing but its atom, it is one tuple with a range. */
  readonly inRuns?: true;
  /** Its value is what the atom provides: it is as secret as the names that it is provided under. */
  readonly provides?: true;
  /** Its value was sent to the run with a signal: it is as secret as what the waits for that signal give. */
  readonly sent?: true;
  /** @throws Error with what is wrong, in words; WrittenByNewer when only a newer version can have written it */
  decode(rest: readonly Json[], atomCount: number): Parts;
  /** How many atoms the run has after it. */
  atomsAfter?(parts: Parts, before: number): number;
  /** The same with other values in the places of those that users' code gave. */
  mapValues?(parts: Parts, map: MapPart): Promise<Parts>;
}

/** Infers what stands behind a word from how it is read. */
export function word<const Parts extends readonly unknown[]>(kind: TransitionKind<Parts>): TransitionKind<Parts> {
  return kind;
}

/** No version up to this one writes that: a newer one may. */
export class WrittenByNewer extends Error {}
