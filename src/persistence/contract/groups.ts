/** Names and texts of the user's, such as `{ customer: 'c-7' }`; names up to 100 characters, texts up to 500. */
export type Metadata = Readonly<Record<string, string>>;

/** A group of runs. */
export interface Logbook {
  readonly name: string;
  readonly createdAtMs: number;
  readonly metadata: Metadata;
}

export interface LogbookFilter {
  /** The `next` of the page before. */
  readonly after?: string;
  /** From 1 to 10,000. Default: 100. */
  readonly limit?: number;
}

export interface LogbookPage {
  readonly logbooks: readonly Logbook[];
  /** Pass as `after` for the next page; absent on the last one. */
  readonly next?: string;
}
