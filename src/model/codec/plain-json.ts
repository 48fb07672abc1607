import { isJsonArray, type Json } from '../json.js';
import { isPlainObject } from '../kinds.js';

/** Deeper data is not kept. */
const MAX_DEPTH = 16;

/** What may be copied yet. */
interface Room {
  characters: number;
}

/**
 * A copy of what is plain JSON: a change of the original does not reach it.
 *
 * @param cut what becomes of each text
 * @param characters how large it may be, about
 * @returns nothing when it is something else, or larger
 */
export function plainCopy(value: unknown, cut: (text: string) => string, characters: number): Json | undefined {
  try {
    return copied(value, cut, { characters }, 0);
  } catch {
    // A getter or a proxy threw.
    return undefined;
  }
}

function copied(value: unknown, cut: (text: string) => string, room: Room, depth: number): Json | undefined {
  room.characters -= 2;
  if (typeof value === 'string') {
    const text = cut(value);
    room.characters -= text.length;
    return room.characters < 0 ? undefined : text;
  }
  if (room.characters < 0 || depth > MAX_DEPTH) return undefined;
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object') return undefined;
  if (Array.isArray(value)) return copiedList(value, cut, room, depth);
  return isPlainObject(value) ? copiedRecord(value, cut, room, depth) : undefined;
}

function copiedList(list: readonly unknown[], cut: (text: string) => string, room: Room, depth: number): Json | undefined {
  const copy: Json[] = [];
  for (let index = 0; index < list.length; index++) {
    const item = copied(list[index], cut, room, depth + 1);
    if (item === undefined) return undefined;
    copy.push(item);
  }
  return copy;
}

function copiedRecord(record: object, cut: (text: string) => string, room: Room, depth: number): Json | undefined {
  const copy: { [key: string]: Json } = {};
  for (const key of Object.keys(record)) {
    room.characters -= key.length;
    const item = isWordOfOurs(key) ? undefined : copied((record as Readonly<Record<string, unknown>>)[key], cut, room, depth + 1);
    if (item === undefined) return undefined;
    copy[key] = item;
  }
  return copy;
}

/** The journal takes keys with a tilde for what stands for a value, encrypted or kept elsewhere. */
function isWordOfOurs(key: string): boolean {
  return key === '__proto__' || key.startsWith('~');
}

/** A copy of what is JSON for certain. */
export function copyOfJson(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (isJsonArray(value)) return value.map(copyOfJson);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOfJson(item)]));
}
