import type { ts } from '../../source/index.js';

/** The variables of one call, block or turn of a loop. The outermost frame belongs to no module: modules are read by name. */
export class Frame {
  readonly #values = new Map<ts.Symbol, unknown>();
  readonly #parent: Frame | undefined;
  readonly #self: { readonly value: unknown } | undefined;
  readonly #isOfFunction: boolean;

  constructor(parent?: Frame, self?: { readonly value: unknown }, isOfFunction = false) {
    this.#parent = parent;
    this.#self = self;
    this.#isOfFunction = isOfFunction;
  }

  declare(symbol: ts.Symbol, value: unknown): void {
    this.#values.set(symbol, value);
  }

  /** `undefined` when no frame has this variable; its value may be `undefined`, so it comes wrapped. */
  find(symbol: ts.Symbol): { readonly value: unknown } | undefined {
    if (this.#values.has(symbol)) return { value: this.#values.get(symbol) };
    return this.#parent?.find(symbol);
  }

  /** Whether a frame has the variable that was to be assigned. */
  assign(symbol: ts.Symbol, value: unknown): boolean {
    if (!this.#values.has(symbol)) return this.#parent?.assign(symbol, value) ?? false;
    this.#values.set(symbol, value);
    return true;
  }

  /** Where a `var` is declared: it is one of the whole function. */
  ofFunction(): Frame {
    return this.#isOfFunction || this.#parent === undefined ? this : this.#parent.ofFunction();
  }

  /** What `this` is here. */
  self(): { readonly value: unknown } | undefined {
    return this.#self ?? this.#parent?.self();
  }
}
