import { systemClock } from '../../model/clock.js';
import { canonicalText, type Json } from '../../model/json.js';

/** @throws Error with `sentence` unless `holds` */
export function demand(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}

/** @throws Error when the two are not equal, as JSON without what is absent */
export function demandSame(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [textOf(actual), textOf(expected)];
  demand(is === should, `${what}: ${is}, not ${should}`);
}

function textOf(value: unknown): string {
  return value === undefined ? 'nothing' : canonicalText(JSON.parse(JSON.stringify(value)) as Json);
}

/** @throws Error unless `call` rejects with an error that has this `code`, or this name where it has none */
export async function demandRefusal(call: () => Promise<unknown>, code: string, what: string): Promise<void> {
  const thrown = await call().then(
    () => undefined,
    (error: unknown) => error as { readonly code?: unknown; readonly name?: unknown },
  );
  demand(thrown !== undefined, `${what} was not refused`);
  demandSame(thrown.code ?? thrown.name, code, `what ${what} was refused with`);
}

const EVERY_MS = 20;

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.after(ms, resolve));
}

/** What `look` gives as soon as that is neither nothing nor `false`. @throws Error after `withinMs` */
export async function eventually<T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const sinceMs = systemClock.monotonicMs();
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    demand(systemClock.monotonicMs() - sinceMs < withinMs, `${what} did not come about within ${withinMs} ms`);
    await pause(EVERY_MS);
  }
}
