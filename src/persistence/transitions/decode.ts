import { isJsonArray, type Json } from '../../model/json.js';
import { type TransitionKind, WrittenByNewer } from './kind.js';
import { range, shown } from './parts.js';
import { knownKind, type Transition } from './table.js';

/**
 * Checks one stored tuple and adds what it says; a range adds one transition for each atom.
 * @throws Error with what is wrong, in words; WrittenByNewer when this version does not know what it says
 */
export function decodeTransition(tuple: Json, atomCount: number, into: Transition[]): void {
  if (!isJsonArray(tuple)) throw new Error('a transition is not a list');
  const [word, ...rest] = tuple;
  if (typeof word !== 'string') throw new Error(`a transition begins with ${shown(word)}`);
  const kind = knownKind(word);
  if (kind === undefined) throw new WrittenByNewer(`nothing is known of the transition ${shown(word)}`);
  try {
    for (const parts of allParts(kind, rest, atomCount)) into.push([word, ...parts] as unknown as Transition);
  } catch (fault) {
    const reason = `${word} ${(fault as Error).message}`;
    throw fault instanceof WrittenByNewer ? new WrittenByNewer(reason) : new Error(reason);
  }
}

function* allParts(kind: TransitionKind, rest: readonly Json[], atomCount: number): Iterable<readonly unknown[]> {
  const [which] = rest;
  if (kind.inRuns === undefined || rest.length !== 1 || which === undefined || !isJsonArray(which)) {
    yield kind.decode(rest, atomCount);
    return;
  }
  const [from, end] = range(which[0], which[1], atomCount);
  if (which.length !== 2 || from === end) throw new Error(`has the range ${shown(which)}`);
  for (let atom = from; atom < end; atom++) yield [atom];
}
