/** What is needed of what a statement gives. */
export interface PgResult {
  readonly rows: unknown[];
  readonly rowCount: number | null;
  /** What the server says that it did. */
  readonly command?: string;
}

/** What is needed of a connection of pg. */
export interface PgSession {
  query(config: { readonly name?: string; readonly text: string; readonly values?: unknown[] }): Promise<PgResult>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** What is needed of a client that a pool of pg lends. */
export interface PgClient extends PgSession {
  release(destroy?: boolean | Error): void;
}

/** What is needed of a pool of pg; said in structure, so that the types of pg are not asked of everybody. */
export interface PgPool {
  connect(): Promise<PgClient>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'connect', listener: (client: PgClient) => void): unknown;
}

/** A pool of pg that lends a client for one transaction. */
export interface PgLender {
  connect(): Promise<PgClient>;
  /** How many clients it has: what tells a pool from a client. */
  readonly totalCount: number;
}
