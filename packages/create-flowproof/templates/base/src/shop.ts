import { setTimeout as pause } from 'node:timers/promises';

/**
 * What the tasks of this project call outside of it: put the clients of your own services here. Each call takes a key, since it may come
 * twice: the process may die after the call, and before it is known that it was made.
 */
export interface Shop {
  reserve(item: string, key: string): Promise<string>;
  release(key: string): Promise<void>;
  charge(card: string, key: string): Promise<string>;
  refund(key: string): Promise<void>;
  pack(reservation: string, key: string): Promise<string>;
}

/** Stands for a shop: it only remembers, by key, what it was asked for. */
export class PretendedShop implements Shop {
  readonly #books = new Map<string, string>();
  readonly #packingMs: number;

  constructor({ packingMs = 0 }: { readonly packingMs?: number } = {}) {
    this.#packingMs = packingMs;
  }

  async reserve(item: string, key: string) {
    this.#books.set(key, `reserved ${item}`);
    return `shelf-7/${item}`;
  }

  async release(key: string) {
    this.#books.delete(key);
  }

  async charge(card: string, key: string) {
    if (card === 'blocked') throw new Error('the bank refused the card');
    this.#books.set(key, `charged ${card}`);
    return `receipt of ${card}`;
  }

  async refund(key: string) {
    this.#books.delete(key);
  }

  async pack(reservation: string, key: string) {
    await pause(this.#packingMs);
    if (reservation.endsWith('/piano')) throw new Error('there is no box for a piano');
    this.#books.set(key, `packed ${reservation}`);
    return `parcel with ${reservation}`;
  }

  /** What stands in its books. */
  books(): readonly string[] {
    return [...this.#books.values()];
  }
}
