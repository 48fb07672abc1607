import type { Failure } from '../../model/failure.js';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import type { MapPart } from './kind.js';
import type { RunCreation } from './payloads.js';
import { asFailure, ofFailure } from './wrapped.js';

/** Stands for the args of a run's flow; no input has such a name. */
const ARGS = '~args';

/** An atom, and what its code gave, if that can be stored. */
export type Valued = readonly [atom: number, result?: Json];

export async function mapValued([atom, value]: Valued, map: MapPart): Promise<Valued> {
  return value === undefined ? [atom] : [atom, await map(value, atom)];
}

/** An atom, and why it failed. */
export type Failed = readonly [atom: number, failure: Failure];

export async function mapFailed([atom, failure]: Failed, map: MapPart): Promise<Failed> {
  return [atom, asFailure(await map(ofFailure(failure), atom))];
}

export async function mapCreation([creation]: readonly [RunCreation], map: MapPart): Promise<readonly [RunCreation]> {
  const inputs: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(creation.inputs)) inputs[name] = await map(value, name);
  const { args } = creation;
  return [{ ...creation, inputs, ...(args === undefined ? {} : { args: await map(args, ARGS) }) }];
}

/** How many atoms the run has is needed to check what comes after, so it stays beside what stands for the snapshot. */
export async function mapSnapshot([snapshot]: readonly [Json], map: MapPart): Promise<readonly [Json]> {
  const { count, ...rest }: JsonObject = isJsonObject(snapshot) ? snapshot : {};
  const mapped = await map(Object.keys(rest).some((key) => key.startsWith('~')) ? rest : snapshot);
  return [typeof count === 'number' && isJsonObject(mapped) ? { ...mapped, count } : mapped];
}

/** How many atoms a run has by its snapshot. */
export function atomsOfSnapshot(snapshot: Json, before: number): number {
  if (!isJsonObject(snapshot)) return before;
  const { count } = snapshot;
  return typeof count === 'number' ? count : before;
}
