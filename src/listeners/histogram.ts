/** Each bucket ends so much above the one before: what is read from it is at most half of that wrong. */
const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);

/** Durations, counted by buckets: however many, some 2,000 numbers at most. */
export class Histogram {
  readonly #buckets = new Map<number, number>();
  #count = 0;
  #max = 0;
  #sum = 0;

  add(ms: number): void {
    const value = ms > 0 ? ms : 0;
    const bucket = Math.round(Math.log1p(value) / LOG_GROWTH);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.#count++;
    this.#sum += value;
    if (value > this.#max) this.#max = value;
  }

  get count(): number {
    return this.#count;
  }

  get max(): number {
    return this.#max;
  }

  get sum(): number {
    return this.#sum;
  }

  /** @param share such as 0.95: so many are at most as large, within a hundredth. 0 without any */
  quantile(share: number): number {
    let rest = Math.ceil(share * this.#count);
    for (const bucket of [...this.#buckets.keys()].sort((one, other) => one - other)) {
      rest -= this.#buckets.get(bucket) ?? 0;
      if (rest <= 0) return Math.min(this.#max, Math.round(Math.expm1(bucket * LOG_GROWTH)));
    }
    return this.#max;
  }
}
