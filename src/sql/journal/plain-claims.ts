import type { ClaimRunsParams, ClaimRunsResult } from '../../persistence/index.js';
import type { Row, Statement } from '../client/sql.js';
import { isWorthSending } from '../client/sql-errors.js';
import { claimOpenedParams, openedIn } from '../read/claim-opened.js';
import { claimParams, claimResultOf } from '../read/claim-runs.js';
import type { JournalStatements } from './statements.js';

export interface PlainClaimsParts {
  readonly statements: Pick<JournalStatements, 'claim' | 'claimThoroughly' | 'claimOpened' | 'claimOpenedThoroughly'>;
  /** Sends it again where there was no answer. */
  read(statement: Statement, params: readonly unknown[]): Promise<readonly Row[]>;
  /** Sends it once. */
  readOnce(statement: Statement, params: readonly unknown[]): Promise<readonly Row[]>;
}

/** Claims of runs of flows without limits. */
export class PlainClaims {
  readonly #parts: PlainClaimsParts;

  constructor(parts: PlainClaimsParts) {
    this.#parts = parts;
  }

  /** One that begins runs is sent once: its caller knows which entries it may have written, and asks for them when there is no answer. */
  async claim(params: ClaimRunsParams): Promise<ClaimRunsResult> {
    const { openings, thorough } = params;
    if (openings !== undefined && openings.of.length > 0) {
      const { claimOpened, claimOpenedThoroughly } = this.#parts.statements;
      const [row] = await this.#parts.readOnce(thorough ? claimOpenedThoroughly : claimOpened, claimOpenedParams(params, openings));
      return claimResultOf(row, params, openedIn(row?.moved, openings));
    }
    return thorough ? this.#thoroughly(params) : this.#claim(params);
  }

  /** What was claimed with a statement that gave no answer is found by the next one. */
  async #claim(params: ClaimRunsParams): Promise<ClaimRunsResult> {
    try {
      const [row] = await this.#parts.readOnce(this.#parts.statements.claim, claimParams(params, false));
      return claimResultOf(row, params);
    } catch (error) {
      if (!isWorthSending(error instanceof Error ? (error.cause ?? error) : error, 1)) throw error;
      return this.#thoroughly(params);
    }
  }

  async #thoroughly(params: ClaimRunsParams): Promise<ClaimRunsResult> {
    const [row] = await this.#parts.read(this.#parts.statements.claimThoroughly, claimParams(params, true));
    return claimResultOf(row, params);
  }
}
