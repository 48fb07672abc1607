import { isJsonArray, type Json } from '../../model/json.js';
import type { BoundFlow } from '../bind/bound-flow.js';
import type { Source } from '../shape/source.js';

/** Where a value comes from, by names: as manifests hold it, whatever code reads them. */
export type StoredSource = StoredLeaf | { readonly from: 'branch'; readonly certain: boolean; readonly of: readonly StoredSource[] };

/** A source that is one value. */
export type StoredLeaf =
  | { readonly from: 'input'; readonly name: string }
  | { readonly from: 'constant' }
  | { readonly from: 'atom'; readonly path: string; readonly output: string };

/** What a manifest says of a source. {@link storedSource} is the way back. */
export function sourceData(source: Source, bound: BoundFlow): Json {
  switch (source.from) {
    case 'input':
      return ['input', source.name];
    case 'constant':
      return ['constant'];
    case 'atom':
      return ['atom', bound.atoms[source.atom]?.path ?? '?', source.output];
    case 'branch':
      return ['branch', source.certain, source.of.map((one) => sourceData(one, bound))];
  }
}

/** @returns undefined for what is no source, or one of a kind that is not known */
export function storedSource(data: Json): StoredSource | undefined {
  if (typeof data === 'string') return sourceInWords(data);
  if (!isJsonArray(data)) return undefined;
  const [from, first, second] = data;
  switch (from) {
    case 'input':
      return { from, name: String(first) };
    case 'constant':
      return { from };
    case 'atom':
      return { from, path: String(first), output: String(second) };
    case 'branch':
      return { from, certain: first === true, of: sourcesIn(second) };
    default:
      return undefined;
  }
}

/** Manifests of version 1 hold a text such as `one of f/a x, f/b x`: a name with a space or a comma in it is split wrongly here. */
function sourceInWords(words: string): StoredSource {
  const certain = words.startsWith('one of ');
  if (certain || words.startsWith('at most one of ')) {
    const of = words.slice(words.indexOf('one of ') + 'one of '.length).split(', ');
    return { from: 'branch', certain, of: of.map(sourceInWords) };
  }
  if (words.startsWith('input ')) return { from: 'input', name: words.slice('input '.length) };
  if (words === 'constant') return { from: 'constant' };
  const space = words.lastIndexOf(' ');
  return { from: 'atom', path: words.slice(0, space), output: words.slice(space + 1) };
}

/** The values that it may be. */
export function leavesOf(source: StoredSource): readonly StoredLeaf[] {
  switch (source.from) {
    case 'branch':
      return source.of.flatMap(leavesOf);
    case 'input':
    case 'constant':
    case 'atom':
      return [source];
  }
}

export function isSameSource(one: StoredSource | undefined, other: StoredSource | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sourcesIn(data: Json | undefined): readonly StoredSource[] {
  return listOf(data).flatMap((one) => storedSource(one) ?? []);
}

function listOf(data: Json | undefined): readonly Json[] {
  return data !== undefined && isJsonArray(data) ? data : [];
}
