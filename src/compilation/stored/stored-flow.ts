import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { leavesOf, type StoredSource, storedSource } from './stored-source.js';

/** What a manifest says of an atom, as far as it decides about runs. */
export interface StoredAtom {
  readonly path: string;
  readonly kind: string;
  readonly version: number;
  readonly reverts: boolean;
  /** Of a wait for a signal: its name. */
  readonly signal?: string;
  /** Outputs that were stored when it ran. */
  readonly gives: ReadonlySet<string>;
  /** Input → where its value came from. */
  readonly inputs: ReadonlyMap<string, StoredSource>;
}

/** A flow whose nodes are not simply done one after the other. */
export interface StoredInnerFlow {
  readonly pattern: string;
  readonly links: readonly StoredLink[];
  /** Of a choice: value → where it came from. */
  readonly reads: ReadonlyMap<string, StoredSource>;
}

export interface StoredLink {
  readonly from: string;
  readonly to: string;
  readonly decides: boolean;
}

export interface StoredFlow {
  readonly version: number;
  readonly atoms: ReadonlyMap<string, StoredAtom>;
  /** By path; linear ones are not among them. */
  readonly flows: ReadonlyMap<string, StoredInnerFlow>;
  /** Nodes that may fail without failing their flow. */
  readonly optional: ReadonlySet<string>;
  /** Inputs that an atom or a choice reads: runs were given them. */
  readonly inputs: ReadonlySet<string>;
  /** What is secret: inputs of the flow under its own name, outputs under the path of their atom. */
  readonly secrets: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Reads the manifest of a flow; what it does not say counts as absent. */
export function storedFlow(manifest: Json): StoredFlow {
  const atoms = new Map<string, StoredAtom>();
  const flows = new Map<string, StoredInnerFlow>();
  const sources: StoredSource[] = [];
  const given = isJsonObject(manifest) ? manifest : {};
  for (const atom of listOf(given.atoms)) {
    if (!isJsonObject(atom) || typeof atom.path !== 'string') continue;
    const policy = isJsonObject(atom.policy) ? atom.policy : {};
    const gives = new Set([...listOf(atom.provides), ...listOf(atom.keeps), ...listOf(policy.provides)].map(String));
    const inputs = sourcesOf(atom.inputs);
    sources.push(...inputs.values());
    const { path, kind, version, reverts, signal } = atom;
    const of = { path, kind: String(kind), version: numberOf(version), ...(typeof signal === 'string' ? { signal } : {}) };
    atoms.set(path, { ...of, reverts: reverts === true, gives, inputs });
  }
  for (const flow of listOf(given.flows)) {
    if (!isJsonObject(flow) || typeof flow.path !== 'string') continue;
    const links = listOf(flow.links).flatMap((link): StoredLink[] =>
      isJsonArray(link) ? [{ from: String(link[0]), to: String(link[1]), decides: link.length > 2 }] : [],
    );
    const reads = sourcesOf(flow.reads);
    sources.push(...reads.values());
    flows.set(flow.path, { pattern: String(flow.pattern), links, reads });
  }
  const optional = new Set(listOf(given.optional).map(String));
  return {
    version: numberOf(given.version),
    atoms,
    flows,
    optional,
    inputs: new Set(sources.flatMap(leavesOf).flatMap((leaf) => (leaf.from === 'input' ? [leaf.name] : []))),
    secrets: secretsIn(given),
  };
}

function secretsIn({ flow, secrets }: JsonObject): ReadonlyMap<string, ReadonlySet<string>> {
  if (!isJsonObject(secrets)) return new Map();
  const outputs = Object.entries(isJsonObject(secrets.outputs) ? secrets.outputs : {});
  const all: readonly (readonly [string, Json | undefined])[] = [[String(flow), secrets.inputs], ...outputs];
  return new Map(all.map(([path, names]) => [path, new Set(listOf(names).map(String))]));
}

function sourcesOf(value: Json | undefined): ReadonlyMap<string, StoredSource> {
  const entries = value !== undefined && isJsonObject(value) ? Object.entries(value) : [];
  const sources = entries.map(([name, data]) => [name, storedSource(data)] as const);
  return new Map(sources.filter((one): one is [string, StoredSource] => one[1] !== undefined));
}

function listOf(value: Json | undefined): readonly Json[] {
  return value !== undefined && isJsonArray(value) ? value : [];
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 1;
}
