import type { Failure } from '../../model/failure.js';
import { isJsonObject, type Json } from '../../model/json.js';

/** What stands for a value: `~sealed`, encrypted; `~offloaded`, where it is kept. */
export type Marker = '~sealed' | '~offloaded';

const MARKERS: readonly Marker[] = ['~sealed', '~offloaded'];

/** `{ "~sealed": … }`: no codec of ours writes a value like this, as keys that begin with a tilde are its own. */
export function wrap(marker: Marker, content: string): Json {
  return { [marker]: content };
}

/** What is in a wrapped value; `undefined` when it isn't wrapped in this. */
export function contentOf(marker: Marker, value: Json): string | undefined {
  if (!isJsonObject(value)) return undefined;
  const content = Object.hasOwn(value, marker) ? value[marker] : undefined;
  return typeof content === 'string' ? content : undefined;
}

/** The values of a record by their names; nothing for other values, and for those that a codec has made of something else. */
export function fieldsOf(value: Json): readonly (readonly [name: string, value: Json])[] {
  if (!isJsonObject(value)) return [];
  const fields = Object.entries(value);
  return fields.some(([name]) => name.startsWith('~')) ? [] : fields;
}

export function markerOf(value: Json): Marker | undefined {
  return MARKERS.find((marker) => contentOf(marker, value) !== undefined);
}

/** Whether something stands for a value. */
export function isWrapped(value: Json | undefined): boolean {
  return value !== undefined && markerOf(value) !== undefined;
}

/** Looks for a marker in text, so that most entries need not be looked at in parts. */
export function mayBeWrapped(transitions: string): boolean {
  return MARKERS.some((marker) => transitions.includes(marker));
}

/** A failure has a shape that readers check: its name is the marker. */
export function asFailure(value: Json): Failure {
  const marker = markerOf(value);
  return marker === undefined ? (value as unknown as Failure) : { name: marker, message: contentOf(marker, value) ?? '' };
}

/** The way back from {@link asFailure}. */
export function ofFailure(failure: Failure): Json {
  const marker = MARKERS.find((one) => one === failure.name);
  return marker === undefined ? (failure as unknown as Json) : wrap(marker, failure.message);
}
