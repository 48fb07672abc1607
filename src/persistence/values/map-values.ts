import type { Json } from '../../model/json.js';
import type { Entry } from '../contract/entry.js';
import { kindOf, type Transition, type Word } from '../transitions/table.js';

/** Which value of its entry it is. */
export interface ValueName {
  readonly op: Word;
  /** The input, the signal, or the atom; nothing for a snapshot. */
  readonly of?: string | number;
}

export type MapValue = (value: Json, name: ValueName) => Json | Promise<Json>;

/** An entry with other values in the places of those that users' code gave; what happened stays readable. */
export async function mapValues(entry: Entry, map: MapValue): Promise<Entry> {
  const transitions: Transition[] = [];
  for (const transition of entry.transitions) transitions.push(await mapTransition(transition, map));
  return { ...entry, transitions };
}

async function mapTransition(transition: Transition, map: MapValue): Promise<Transition> {
  const [op, ...parts] = transition;
  const mapped = await kindOf(op).mapValues?.(parts, async (value, of) => map(value, of === undefined ? { op } : { op, of }));
  return mapped === undefined ? transition : ([op, ...mapped] as unknown as Transition);
}
