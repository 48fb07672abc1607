import { isJsonArray, isJsonObject, type Json, type JsonObject } from '#model/json.js';

/** What a manifest says of an atom, as far as it decides about runs. */
export interface StoredAtom {
  readonly path: string;
  readonly kind: string;
  readonly version: number;
  readonly reverts: boolean;
  /** Outputs that were stored when it ran. */
  readonly gives: ReadonlySet<string>;
}

export interface StoredFlow {
  readonly version: number;
  readonly atoms: ReadonlyMap<string, StoredAtom>;
  /** Inputs that some atom reads: runs were given them. */
  readonly inputs: ReadonlySet<string>;
  /** What is secret: inputs of the flow under its own name, outputs under the path of their atom. */
  readonly secrets: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Reads the manifest of a flow; what it does not say counts as absent. */
export function storedFlow(manifest: Json): StoredFlow {
  const atoms = new Map<string, StoredAtom>();
  const inputs = new Set<string>();
  const given = isJsonObject(manifest) ? manifest : {};
  for (const atom of listOf(given.atoms)) {
    if (!isJsonObject(atom) || typeof atom.path !== 'string') continue;
    const policy = isJsonObject(atom.policy) ? atom.policy : {};
    const gives = new Set([...listOf(atom.provides), ...listOf(atom.keeps), ...listOf(policy.provides)].map(String));
    atoms.set(atom.path, {
      path: atom.path,
      kind: String(atom.kind),
      version: numberOf(atom.version),
      reverts: atom.reverts === true,
      gives,
    });
    for (const source of Object.values(isJsonObject(atom.inputs) ? atom.inputs : {})) {
      for (const name of inputsIn(String(source))) inputs.add(name);
    }
  }
  return { version: numberOf(given.version), atoms, inputs, secrets: secretsIn(given) };
}

function secretsIn({ flow, secrets }: JsonObject): ReadonlyMap<string, ReadonlySet<string>> {
  if (!isJsonObject(secrets)) return new Map();
  const outputs = Object.entries(isJsonObject(secrets.outputs) ? secrets.outputs : {});
  const all: readonly (readonly [string, Json | undefined])[] = [[String(flow), secrets.inputs], ...outputs];
  return new Map(all.map(([path, names]) => [path, new Set(listOf(names).map(String))]));
}

/** `input x`, or several sources after `one of` and `at most one of`. */
function inputsIn(source: string): readonly string[] {
  const parts = source.replace(/^(at most )?one of /, '').split(', ');
  return parts.flatMap((part) => (part.startsWith('input ') ? [part.slice('input '.length)] : []));
}

function listOf(value: Json | undefined): readonly Json[] {
  return value !== undefined && isJsonArray(value) ? value : [];
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 1;
}
