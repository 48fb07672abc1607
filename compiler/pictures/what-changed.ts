import { isSameSource, storedSource } from '#compilation';
import { canonicalText, isJsonArray, isJsonObject, type Json, type JsonObject } from '#model/json.js';

/** A path of a flow → what its manifest says of it there; the root's version and results under the flow's own path. */
export function partsOf(manifest: Json): ReadonlyMap<string, JsonObject> {
  if (!isJsonObject(manifest)) return new Map();
  const { flow, version, results, atoms, flows } = manifest;
  const parts = new Map<string, JsonObject>();
  for (const part of [...objectsIn(atoms), ...objectsIn(flows)]) parts.set(String(part.path), part);
  const root = String(flow);
  return parts.set(root, { ...parts.get(root), version: version ?? 1, provides: Object.keys(isJsonObject(results) ? results : {}) });
}

/** What is different there now, in a few words each. Arrows and labels show the rest. */
export function whatChanged(before: JsonObject = {}, now: JsonObject = {}): readonly string[] {
  const { kind, version = 1, provides, keeps, reverts, inputs } = before;
  return [
    ...(kind === now.kind ? [] : [`was a ${String(kind)}`]),
    ...(version === (now.version ?? 1) ? [] : [`version ${String(version)} → ${String(now.version ?? 1)}`]),
    ...(reverts === now.reverts ? [] : [now.reverts === true ? 'can be undone now' : "can't be undone any more"]),
    ...inAndOut('gives', textsIn(provides), textsIn(now.provides)),
    ...inAndOut('keeps', textsIn(keeps), textsIn(now.keeps)),
    ...inAndOut('reads', keysOf(inputs), keysOf(now.inputs)),
    ...elsewhere(inputs, now.inputs),
  ];
}

function inAndOut(verb: string, before: readonly string[], now: readonly string[]): readonly string[] {
  const more = now.filter((name) => !before.includes(name)).map((name) => `+${name}`);
  const less = before.filter((name) => !now.includes(name)).map((name) => `−${name}`);
  return more.length + less.length === 0 ? [] : [`${verb} ${[...more, ...less].join(' ')}`];
}

/** Inputs that are read from another place than before. */
function elsewhere(before: Json | undefined, now: Json | undefined): readonly string[] {
  if (before === undefined || now === undefined || !isJsonObject(before) || !isJsonObject(now)) return [];
  const moved = Object.keys(now).filter((name) => isMoved(before[name], now[name]));
  return moved.length === 0 ? [] : [`reads ${moved.join(', ')} from elsewhere`];
}

function isMoved(before: Json | undefined, now: Json | undefined): boolean {
  if (before === undefined || now === undefined) return false;
  return !isSameSource(storedSource(before), storedSource(now));
}

/** Whether it is no retry, or the same as before. */
export function isSameRetry(before: JsonObject = {}, now: JsonObject = {}): boolean {
  return canonicalText(before.policy ?? null) === canonicalText(now.policy ?? null);
}

function keysOf(value: Json | undefined): readonly string[] {
  return value !== undefined && isJsonObject(value) ? Object.keys(value) : [];
}

function objectsIn(list: Json | undefined): readonly JsonObject[] {
  return list !== undefined && isJsonArray(list) ? list.filter(isJsonObject) : [];
}

function textsIn(list: Json | undefined): readonly string[] {
  return list !== undefined && isJsonArray(list) ? list.map(String) : [];
}
