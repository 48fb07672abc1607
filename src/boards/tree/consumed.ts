/** What is left of a job that was consumed, as long as its id is remembered: in the place of its record. */
export interface Consumed {
  readonly consumed: { readonly atMs: number; readonly token: string };
}

export function writeConsumed(atMs: number, token: string): string {
  return JSON.stringify({ format: 1, consumed: { atMs, token } });
}

/** That a job was consumed, if that is what a text says. */
export function readConsumed(text: string): Consumed['consumed'] | undefined {
  if (!text.startsWith('{"format":1,"consumed":{')) return undefined;
  try {
    return (JSON.parse(text) as Consumed).consumed;
  } catch {
    return undefined;
  }
}
