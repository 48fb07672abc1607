import { isFull, type Row, type Statement, type Statements } from '../../sql/index.js';

/** So many statements go over the pool before a connection is asked for again: each refusal costs the server a process and a line of its log. */
const BEFORE_NEXT = 100;

export interface LaneParams {
  /** A connection of the lane's own. */
  readonly own: Statements & { close(): Promise<void> };
  readonly pool: Statements;
  /** Called each time that the server has no connection left for the lane. */
  readonly refused: (error: unknown) => void;
}

/**
 * Where steps are written: over a connection of its own, so that nothing else is in their way. While the server has none left,
 * over the pool, which has some: steps are slower then, and none waits for ever.
 */
export class Lane implements Statements {
  readonly #params: LaneParams;
  #overPool = 0;

  constructor(params: LaneParams) {
    this.#params = params;
  }

  query(statement: Statement, params: readonly unknown[]): Promise<readonly Row[]> {
    return this.#ask((to) => to.query(statement, params));
  }

  change(statement: Statement, params: readonly unknown[]): Promise<number> {
    return this.#ask((to) => to.change(statement, params));
  }

  close(): Promise<void> {
    return this.#params.own.close();
  }

  async #ask<Answer>(ask: (to: Statements) => Promise<Answer>): Promise<Answer> {
    const { own, pool, refused } = this.#params;
    if (this.#overPool > 0) {
      this.#overPool--;
      return ask(pool);
    }
    try {
      return await ask(own);
    } catch (error) {
      // Said of a connection that was asked for, so that nothing was sent.
      if (!isFull(error)) throw error;
      this.#overPool = BEFORE_NEXT;
      refused(error);
      return ask(pool);
    }
  }
}
