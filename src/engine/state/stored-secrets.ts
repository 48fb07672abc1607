import { isJsonArray, isJsonObject, type Json } from '../../model/json.js';
import type { Secrets } from '../../model/secrets.js';
import type { Shape } from '../../persistence/index.js';

/** The secrets of a stored run, by the manifest of its flow: today's code is not needed to know what to mask. */
export function storedSecrets(manifest: Json | undefined, atoms: Shape['atoms']): Secrets | undefined {
  const secrets = isJsonObject(manifest) ? manifest.secrets : undefined;
  if (!isJsonObject(secrets)) return undefined;
  const places = new Map(atoms.map(([path], place) => [path, place]));
  const placed = (path: string): number[] => {
    const place = places.get(path);
    return place === undefined ? [] : [place];
  };
  const outputs = Object.entries(isJsonObject(secrets.outputs) ? secrets.outputs : {});
  return {
    inputs: new Set(textsIn(secrets.inputs)),
    outputs: new Map(outputs.flatMap(([path, names]) => placed(path).map((place) => [place, new Set(textsIn(names))] as const))),
    secretReaders: new Map(textsIn(secrets.confidants).flatMap((path) => placed(path).map((place) => [place, NONE] as const))),
  };
}

/** What either of them calls secret. */
export function anySecrets(first: Secrets | undefined, second: Secrets | undefined): Secrets | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const outputs = new Map(first.outputs);
  for (const [atom, names] of second.outputs) outputs.set(atom, new Set([...(outputs.get(atom) ?? []), ...names]));
  return {
    inputs: new Set([...first.inputs, ...second.inputs]),
    outputs,
    secretReaders: new Map([...first.secretReaders, ...second.secretReaders]),
  };
}

const NONE: ReadonlySet<string> = new Set();

function textsIn(list: Json | undefined): readonly string[] {
  return list !== undefined && isJsonArray(list) ? list.filter((item) => typeof item === 'string') : [];
}
