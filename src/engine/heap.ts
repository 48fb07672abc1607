/** A priority queue of small integers: what the frontier keeps its ready atoms in. */
export class Heap {
  readonly #items: number[] = [];
  readonly #before: (a: number, b: number) => boolean;

  constructor(before: (a: number, b: number) => boolean) {
    this.#before = before;
  }

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#before(item, items[above] as number)) break;
      items[at] = items[above] as number;
      at = above;
    }
    items[at] = item;
  }

  peek(): number | undefined {
    return this.#items[0];
  }

  pop(): number | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (first === undefined || last === undefined || items.length === 0) return first;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && this.#before(items[below + 1] as number, items[below] as number)) below++;
      if (!this.#before(items[below] as number, last)) break;
      items[at] = items[below] as number;
      at = below;
    }
    items[at] = last;
    return first;
  }
}
