import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import type { Entry, Transition } from '../entry.js';
import { asFailure, ofFailure } from './wrapped.js';

/** Which value of its entry it is. */
export interface ValueName {
  readonly op: Transition[0];
  /** The input, or the atom; nothing for a snapshot. */
  readonly of?: string | number;
}

export type MapValue = (value: Json, name: ValueName) => Json | Promise<Json>;

/** Stands for the args of a run's flow; no input has such a name. */
const ARGS = '~args';

/** An entry with other values in the places of those that users' code gave; what happened stays readable. */
export async function mapValues(entry: Entry, map: MapValue): Promise<Entry> {
  const transitions: Transition[] = [];
  for (const transition of entry.transitions) transitions.push(await mapTransition(transition, map));
  return { ...entry, transitions };
}

async function mapTransition(transition: Transition, map: MapValue): Promise<Transition> {
  switch (transition[0]) {
    case 'CREATED': {
      const inputs: { [name: string]: Json } = {};
      for (const [name, value] of Object.entries(transition[1].inputs)) inputs[name] = await map(value, { op: 'CREATED', of: name });
      const { args } = transition[1];
      const mapped = args === undefined ? {} : { args: await map(args, { op: 'CREATED', of: ARGS }) };
      return ['CREATED', { ...transition[1], inputs, ...mapped }];
    }
    case 'SUCCESS':
    case 'ATTEMPT':
    case 'REVERTED':
    case 'SAVED': {
      const [op, atom, value] = transition;
      return value === undefined ? transition : [op, atom, await map(value, { op, of: atom })];
    }
    case 'PROGRESS': {
      const [op, atom, fraction, details] = transition;
      return details === undefined ? transition : [op, atom, fraction, await map(details, { op, of: atom })];
    }
    case 'FAILURE':
    case 'INTERRUPTED':
    case 'REVERT_FAILURE': {
      const [op, atom, failure] = transition;
      return [op, atom, asFailure(await map(ofFailure(failure), { op, of: atom }))];
    }
    case 'SNAPSHOT':
      return ['SNAPSHOT', await mapSnapshot(transition[1], map)];
    case 'RUN':
    case 'FLOW':
    case 'CANCEL':
    case 'TAKEOVER':
    case 'INTEND':
    case 'RESET':
    case 'RUNNING':
    case 'REVERTING':
    case 'RETRYING':
    case 'SLEEP':
    case 'UNSETTLED':
    case 'SETTLED':
    case 'DECIDED':
    case 'WITHDRAWN':
    case 'VOTE':
    case 'IGNORE':
      return transition;
  }
}

/** How many atoms the run has is needed to check what comes after, so it stays beside what stands for the snapshot. */
async function mapSnapshot(snapshot: Json, map: MapValue): Promise<Json> {
  const { count, ...rest }: JsonObject = isJsonObject(snapshot) ? snapshot : {};
  const mapped = await map(Object.keys(rest).some((key) => key.startsWith('~')) ? rest : snapshot, { op: 'SNAPSHOT' });
  return typeof count === 'number' && isJsonObject(mapped) ? { ...mapped, count } : mapped;
}
