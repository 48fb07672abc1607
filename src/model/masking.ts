import type { Failure } from './failure.js';
import { isJsonArray, type Json } from './json.js';

/** Stands for a secret wherever somebody looks. */
export const MASKED = '[secret]';

/** What everybody may know of a failure whose text may have a secret in it: how it is called, and what caused it is called. */
export function maskedFailure({ name, code, status, permanent, cause, errors }: Failure): Failure {
  return {
    name,
    message: `${MASKED}: inspect(id, { secrets: 'plain' }) shows what it said`,
    ...(code === undefined ? {} : { code }),
    ...(status === undefined ? {} : { status }),
    ...(permanent === undefined ? {} : { permanent }),
    ...(cause === undefined ? {} : { cause: maskedFailure(cause) }),
    ...(errors === undefined ? {} : { errors: errors.map(maskedFailure) }),
  };
}

function inUrl(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    // Half a character: no URL can hold it.
    return text;
  }
}

/** Shorter texts are masked only where they are all there is: they would be found in anything. */
const LEAST = 4;

/** Finds the texts and numbers of secrets in what somebody tells. */
export class Scrubber {
  readonly #whole = new Set<string>();
  readonly #parts: readonly string[];

  constructor(secrets: readonly Json[]) {
    for (const secret of secrets) this.#collect(secret);
    const parts = [...this.#whole].filter((text) => text.length >= LEAST);
    // As it is, in a URL, and in JSON; the longest first, as one may be in another.
    const ways = parts.flatMap((text) => [text, inUrl(text), JSON.stringify(text).slice(1, -1)]);
    this.#parts = [...new Set(ways)].sort((a, b) => b.length - a.length);
  }

  json(value: Json): Json {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#whole.has(String(value)) ? MASKED : value;
    if (value === null || typeof value === 'boolean') return value;
    if (isJsonArray(value)) return value.map((item) => this.json(item));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.json(item)]));
  }

  text(text: string): string {
    if (this.#whole.has(text)) return MASKED;
    return this.#parts.reduce((masked, part) => masked.replaceAll(part, () => MASKED), text);
  }

  #collect(value: Json): void {
    if (typeof value === 'string' || typeof value === 'number') {
      if (value !== '') this.#whole.add(String(value));
    } else if (typeof value === 'object' && value !== null) {
      for (const item of isJsonArray(value) ? value : Object.values(value)) this.#collect(item);
    }
  }
}
