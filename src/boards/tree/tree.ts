import type { Member } from '../session/driver.js';

/** What is kept under a path. `version` is another one after each change. */
export interface TreeNode {
  readonly text: string;
  readonly version: string;
}

/** One condition, or one change with its condition: all steps of a commit are done, or none of them. */
export type TreeStep =
  /** Nothing is there yet. What is ephemeral is gone with its session, and can be made in {@link TreeMember} only. */
  | { readonly do: 'create'; readonly path: string; readonly text: string; readonly ephemeral?: true }
  | { readonly do: 'set'; readonly path: string; readonly text: string; readonly version: string }
  /** It is there; with this version, if one is given. */
  | { readonly do: 'remove'; readonly path: string; readonly version?: string }
  | { readonly do: 'check'; readonly path: string; readonly version?: string };

/** Which of the names in a directory, in their order. */
export interface NameRange {
  /** Names after this one. */
  readonly after?: string;
  /** Names before this one. */
  readonly before?: string;
  readonly limit?: number;
}

/**
 * Texts under paths, changed in commits that are done whole or not at all: what etcd and ZooKeeper have in common. Paths have two or
 * three parts, of characters that both take (`nameOf`). A directory of two parts is there as soon as something is in it.
 */
export interface Tree {
  open(): Promise<void>;
  close(): Promise<void>;
  names(directory: string, range?: NameRange): Promise<readonly string[]>;
  count(directory: string, range?: Omit<NameRange, 'limit'>): Promise<number>;
  /** What is there under each of the paths. */
  read(paths: readonly string[]): Promise<readonly (TreeNode | undefined)[]>;
  /** The version of each thing that was written, in the order of the steps; nothing when a condition does not hold. */
  commit(steps: readonly TreeStep[]): Promise<readonly string[] | undefined>;
  /** A directory of two parts is not needed any more, if it is empty. */
  removeDirectory(directory: string): Promise<void>;
  join(member: Member): Promise<TreeMember>;
  /** Something is free that others may wait for. */
  announce(): Promise<void>;
  watch(news: () => void): () => void;
  /** Milliseconds since 1970 by the server's clock, which has been heard of in answers. */
  nowMs(): number;
}

/** A session on the server, which ends by itself when it is not renewed. */
export interface TreeMember {
  /** The tree as the session reaches it. Rejects with `BOARD_CLOSED` when the server has ended the session. */
  readonly tree: Pick<Tree, 'names' | 'read' | 'commit'>;
  renew(): Promise<boolean>;
  leave(): Promise<void>;
  /** Nothing keeps the session alive any more. */
  drop(): void;
}
