/**
 * Where large values are kept: a bucket, a directory, a table. What fails or doesn't answer is called again, as it is with a
 * store that is away.
 */
export interface Offload {
  /** Keeps it, durably, before it resolves; the same key comes with the same text only. */
  put(key: string, text: string): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** All whose key begins with this: the runs are gone. Called again it does no harm. What fails is tried again with the next prune. */
  removeAll?(prefix: string): Promise<void>;
}
