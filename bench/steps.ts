/** What a step hands to the next one: some 25 bytes of JSON. */
export type Payload = { readonly n: number; readonly label: string };

export const FIRST: Payload = { n: 0, label: 'begin' };

/** The work of every step, whoever calls it: none, so that what is measured is the rest. */
export async function advance({ n }: Payload): Promise<Payload> {
  return { n: n + 1, label: 'step' };
}

/** As {@link advance}, but ends some turns of the event loop later: what ends in one turn would be one step. */
export async function advanceLater(value: Payload, turns: number): Promise<Payload> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  return advance(value);
}

/** So many turns the n-th of a fan takes. */
export function turnsOf(n: number): number {
  return n % 7;
}

/** What every saga fails with. */
export class OutOfStock extends Error {
  override readonly name = 'OutOfStock';
}
