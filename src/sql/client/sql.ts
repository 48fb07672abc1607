/** A statement with a name of its own: where the connection is ours or a pool's, it is prepared once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** How long its answer is waited for, milliseconds. Default: 10,000. */
  readonly waitMs?: number;
}

export type Row = Readonly<Record<string, unknown>>;

/** Whoever takes statements. */
export interface Statements {
  query(statement: Statement, params: readonly unknown[]): Promise<readonly Row[]>;
  /** How many rows it wrote; cheaper than having them returned. */
  change(statement: Statement, params: readonly unknown[]): Promise<number>;
}

/** Sends one statement of a transaction. */
export type RunStatement = (text: string, params?: readonly unknown[]) => Promise<readonly Row[]>;

/** All that this adapter wants of a database, so that a pool and a Kysely look the same. */
export interface Sql extends Statements {
  /** Several statements, all or none; no others are among them. */
  transaction<Result>(work: (run: RunStatement) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}
