import {
  type Arrow,
  type Box,
  type Drawing,
  type LeafBox,
  leavesOf,
  type StoredLeaf,
  storedSource,
  waitLabel,
  withoutImplied,
} from '../compilation/index.js';
import { isJsonArray, isJsonObject, type Json, type JsonObject } from '../model/json.js';

/**
 * The drawing of a flow that is known by its manifest only. What a manifest does not hold is not in it: linear flows with
 * nothing in them.
 */
export function drawingOfManifest(manifest: Json): Drawing {
  const { flow, atoms: listed, flows: described, optional, results } = isJsonObject(manifest) ? manifest : {};
  const atoms = objectsIn(listed).filter(({ path }) => typeof path === 'string');
  const inner = objectsIn(described);
  const flows = new Map(inner.map((one) => [String(one.path), one]));
  const root = treeOf(String(flow), atoms, flows, new Set(textsIn(optional)));
  const sources = [
    ...atoms.flatMap(({ path, inputs }) => sourcesOf(path, inputs)),
    ...inner.flatMap(({ path, reads }) => sourcesOf(path, reads)),
  ];
  const values = valuesIn(sources);
  return {
    root,
    arrows: [...values, ...withoutImplied(ordersIn(root, flows), values)],
    inputs: [...new Set(sources.flatMap(({ source }) => (source.from === 'input' ? [source.name] : [])))],
    results: Object.keys(isJsonObject(results) ? results : {}),
  };
}

/** Nodes come in the order of their first atoms, as they were added. The id of a box is its path. */
function treeOf(root: string, atoms: readonly JsonObject[], flows: ReadonlyMap<string, JsonObject>, optional: ReadonlySet<string>): Box {
  const tolerance = (path: string): string => (optional.has(path) ? ' (optional)' : '');
  const contents = new Map<string, Box[]>();
  const contentOf = (path: string): Box[] => {
    let content = contents.get(path);
    if (content === undefined) {
      content = [];
      contents.set(path, content);
      const pattern = flows.get(path)?.pattern;
      const name = path.slice(path.lastIndexOf('/') + 1);
      const box: Box = {
        kind: 'flow',
        id: path,
        path,
        label: flowLabel(name, flows.get(path)) + tolerance(path),
        choice: pattern === 'choice',
        content,
      };
      boxes.set(path, box);
      if (path !== root) contentOf(parentOf(path)).push(box);
    }
    return content;
  };
  const boxes = new Map<string, Box>();
  contentOf(root);
  for (const atom of atoms) contentOf(parentOf(String(atom.path))).push(leafOf(atom, tolerance(String(atom.path))));
  return boxes.get(root) as Box;
}

function flowLabel(name: string, { pattern, reads }: JsonObject = {}): string {
  if (typeof pattern !== 'string') return name;
  const by = Object.keys(reads !== undefined && isJsonObject(reads) ? reads : {});
  return `${name} (${pattern}${by.length === 0 ? '' : ` by ${by.join(', ')}`})`;
}

function leafOf({ path, kind, reverts, policy, signal }: JsonObject, tolerance: string): LeafBox {
  const named = { id: String(path), path: String(path), reverts: reverts === true };
  if (kind === 'retry') return { ...named, kind: 'retry', label: policyLabel(isJsonObject(policy) ? policy : {}) };
  const name = String(path).slice(String(path).lastIndexOf('/') + 1);
  if (kind === 'wait')
    return { ...named, kind: 'wait', label: waitLabel(name, typeof signal === 'string' ? signal : undefined) + tolerance };
  return { ...named, kind: 'task', label: name + tolerance };
}

function policyLabel({ kind, attempts, name, provides, requires }: JsonObject): string {
  const [given, read] = [textsIn(provides).join(', '), textsIn(requires).join(', ')];
  if (kind === 'times') return `times(${String(attempts)})`;
  if (kind === 'forEach') return `forEach ${given}`;
  if (kind === 'forEachOf') return `forEach ${given} of ${read}`;
  return String(kind === 'own' ? name : kind);
}

interface ReadSource {
  readonly reader: string;
  readonly source: StoredLeaf;
}

/** What an atom or a choice reads, each possible source by itself. */
function sourcesOf(path: Json | undefined, inputs: Json | undefined): readonly ReadSource[] {
  const all = Object.values(inputs !== undefined && isJsonObject(inputs) ? inputs : {}).flatMap((data) => storedSource(data) ?? []);
  return all.flatMap(leavesOf).map((source) => ({ reader: String(path), source }));
}

function valuesIn(sources: readonly ReadSource[]): readonly Arrow[] {
  const found = new Map<string, { from: string; to: string; values: Set<string> }>();
  for (const { reader, source } of sources) {
    if (source.from !== 'atom') continue;
    const key = JSON.stringify([source.path, reader]);
    const arrow = found.get(key) ?? { from: source.path, to: reader, values: new Set() };
    arrow.values.add(source.output);
    found.set(key, arrow);
  }
  return [...found.values()].map(({ from, to, values }) => ({ from, to, kind: 'values', values: [...values] }));
}

function ordersIn(box: Box, flows: ReadonlyMap<string, JsonObject>): readonly Arrow[] {
  if (box.kind !== 'flow') return [];
  const described = flows.get(box.path);
  const nodes = box.content.filter(({ kind }) => kind !== 'retry');
  const own: readonly Arrow[] =
    described === undefined
      ? nodes.slice(1).map(({ id }, index) => ({ from: (nodes[index] as Box).id, to: id, kind: 'order', values: [] }))
      : listsIn(described.links).map(([from, to, decides]) => ({
          from: `${box.path}/${String(from)}`,
          to: `${box.path}/${String(to)}`,
          kind: 'link',
          values: [],
          ...(typeof decides === 'string' ? { decides: decides as NonNullable<Arrow['decides']> } : {}),
        }));
  return [...own, ...box.content.flatMap((one) => ordersIn(one, flows))];
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

function objectsIn(list: Json | undefined): readonly JsonObject[] {
  return list !== undefined && isJsonArray(list) ? list.filter(isJsonObject) : [];
}

function listsIn(list: Json | undefined): readonly (readonly Json[])[] {
  return list !== undefined && isJsonArray(list) ? list.filter(isJsonArray) : [];
}

function textsIn(list: Json | undefined): readonly string[] {
  return list !== undefined && isJsonArray(list) ? list.map(String) : [];
}
