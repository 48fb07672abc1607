/** What is read of a run. */
export interface LoadOptions {
  /**
   * Gives out what stands for values that are encrypted or kept elsewhere, for a journal around this one that knows what
   * to do with it. Default: such a run is refused.
   */
  readonly raw?: boolean;
  /** Begins with the first entry, though there is a snapshot; where those before a snapshot are gone, with that. */
  readonly whole?: boolean;
  /**
   * Only entries after this one, for whoever has read the run so far, and knows how many atoms it has by then. Where they are gone, as
   * for `whole`. The shape is empty then but for its fingerprint, and the inbox is.
   */
  readonly after?: { readonly seq: number; readonly atoms: number };
}

/** How a message is sent. */
export interface SendOptions {
  /** Its payload is secret: what is around a store encrypts it; a store need not look. */
  readonly secret?: boolean;
}
