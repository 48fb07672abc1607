/**
 * Admits classes of yours to `Storable`: declare `storable` as a union of them, and give the app a codec for them.
 *
 * @example
 * ```ts
 * import 'flowproof';
 *
 * class Money { constructor(readonly cents: number) {} plus(other: Money) { return new Money(this.cents + other.cents); } }
 * declare module 'flowproof' { interface Register { storable: Money } }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: users add to it
export interface Register {}
