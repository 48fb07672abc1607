/** What is needed of what a statement gives. */
export interface PgResult {
  readonly rows: unknown[];
  readonly rowCount: number | null;
}

/** What is needed of a client of pg. */
export interface PgClient {
  query(config: { readonly name?: string; readonly text: string; readonly values?: unknown[] }): Promise<PgResult>;
  release(destroy?: boolean | Error): void;
  on(event: 'error', listener: (error: Error) => void): unknown;
  removeListener(event: 'error', listener: (error: Error) => void): unknown;
}

/** What is needed of a pool of pg; said in structure, so that the types of pg are not asked of everybody. */
export interface PgPool {
  connect(): Promise<PgClient>;
  end(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'connect', listener: (client: PgClient) => void): unknown;
}
