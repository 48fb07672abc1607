export interface SharedParams<Opened> {
  open(): Promise<Opened>;
  close(opened: Opened): Promise<void>;
  /** How a user waits until it is open. Default: as long as that takes. */
  whileOpening?(opening: Promise<Opened>): Promise<Opened>;
  /** How the last user waits until it is closed. Default: as long as that takes. */
  whileClosing?(closing: Promise<void>): Promise<void>;
}

/** What all users of a store in this process have together: the first one opens it, the last one closes it. */
export class Shared<Opened> {
  readonly #params: SharedParams<Opened>;
  #users = 0;
  #opening: Promise<Opened> | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(params: SharedParams<Opened>) {
    this.#params = params;
  }

  /** @throws what `open` throws: the next user tries again */
  async enter(): Promise<Opened> {
    const { whileOpening = (opened: Promise<Opened>) => opened } = this.#params;
    this.#users++;
    const opening = this.#opening ?? this.#openAfter(this.#closing);
    this.#opening = opening;
    try {
      return await whileOpening(opening);
    } catch (error) {
      this.#users--;
      this.#forget(opening);
      throw error;
    }
  }

  /** @throws what `close` throws, to the last user */
  async leave(): Promise<void> {
    const { whileClosing = (closed: Promise<void>) => closed } = this.#params;
    this.#users--;
    const opening = this.#opening;
    if (this.#users > 0 || opening === undefined) return;
    this.#close(opening);
    await whileClosing(this.#closing);
  }

  /** One that failed is tried anew by the next user; one that goes on is closed when it is open at last and has none. */
  #forget(opening: Promise<Opened>): void {
    opening.then(
      () => {
        if (this.#users === 0 && this.#opening === opening) this.#close(opening);
      },
      () => {
        if (this.#opening === opening) this.#opening = undefined;
      },
    );
  }

  #close(opening: Promise<Opened>): void {
    this.#opening = undefined;
    this.#closing = opening.then((opened) => this.#params.close(opened));
    this.#closing.catch(() => undefined);
  }

  async #openAfter(closing: Promise<void>): Promise<Opened> {
    // close() has rejected with the reason already.
    await closing.catch(() => undefined);
    return this.#params.open();
  }
}
