import { limitName } from '../../model/limits/flow-limits.js';
import type { ClaimRunsParams, ClaimRunsResult } from '../../persistence/index.js';
import type { Row, Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';
import {
  adoptText,
  claimLimitedText,
  forgetStartsText,
  type LimitedClaim,
  limitedParams,
  limitedResultOf,
  sweepSlotsText,
} from '../read/claim-limited.js';

type Read = (statement: Statement, params: readonly unknown[]) => Promise<readonly Row[]>;

/** Of claims in vain, which come with each tick, so many are between two looks for what is seldom there. */
const SELDOM = 60;

/** Of flows with very many keys that wait and have no room, a claim looks at so many pages at most. */
const MOST_PAGES = 20;

/** What is known here of the claims of one flow. */
interface Known {
  nextKey: string;
  inVain: number;
}

/** Claims of runs of flows that have limits. */
export class LimitedClaims {
  readonly #claim: Statement;
  readonly #claimOnly: Statement;
  readonly #sweep: Statement;
  readonly #adopt: Statement;
  readonly #forget: Statement;
  readonly #known = new Map<string, Known>();

  constructor(schema: string) {
    this.#claim = statement(claimLimitedText(schema, false));
    this.#claimOnly = statement(claimLimitedText(schema, true));
    this.#sweep = statement(sweepSlotsText(schema));
    this.#adopt = statement(adoptText(schema));
    this.#forget = statement(forgetStartsText(schema));
  }

  /**
   * Those of flows without limits with one statement, `plainly`, and those of each other flow with one of its own. What it throws may have
   * claimed something, which a thorough claim finds.
   */
  async claim(
    params: ClaimRunsParams,
    plainly: (plain: ClaimRunsParams) => Promise<ClaimRunsResult>,
    read: Read,
  ): Promise<ClaimRunsResult> {
    const { flows, limits, thorough, limit } = params;
    if (limits === undefined) return plainly(params);
    const plain = flows.filter((flow) => limits[flow] === undefined);
    const first = plain.length > 0 || thorough ? await plainly({ ...params, flows: plain }) : NOTHING;
    return together(first, await this.#counted(read, { ...params, limit: limit - first.claimed.length }));
  }

  async #counted(read: Read, params: ClaimRunsParams): Promise<ClaimRunsResult> {
    const { flows, limits = {} } = params;
    const all: ClaimRunsResult[] = [];
    let left = params.limit;
    for (const flow of new Set(flows)) {
      const own = limits[flow];
      if (own === undefined) continue;
      if (left <= 0) {
        all.push({ ...NOTHING, more: true });
        break;
      }
      const result = await this.#ofFlow(read, { ...params, flow, limits: own, limit: left });
      left -= result.claimed.length;
      all.push(result);
    }
    return all.reduce(together, NOTHING);
  }

  async #ofFlow(read: Read, params: Omit<LimitedClaim, 'fromKey'>): Promise<ClaimRunsResult> {
    const { flow } = params;
    const known = this.#known.get(flow) ?? { nextKey: '', inVain: 0 };
    this.#known.set(flow, known);
    const found = await this.#pages(read, params, known);
    if (found.claimed.length > 0 || found.more) return found;
    const isSeldom = known.inVain++ % SELDOM === 0;
    // Whoever died may have left what nobody needs; and what waits may not be counted yet.
    await read(this.#sweep, [[limitName(flow)]]);
    if (isSeldom) await read(this.#adopt, [flow]);
    if (isSeldom) await read(this.#forget, [[limitName(flow)]]);
    return this.#once(read, params, known);
  }

  /** Until something is claimed, or all keys were looked at. */
  async #pages(read: Read, params: Omit<LimitedClaim, 'fromKey'>, known: Known): Promise<ClaimRunsResult> {
    for (let page = 1; ; page++) {
      const found = await this.#once(read, params, known);
      if (found.claimed.length > 0 || known.nextKey === '' || page === MOST_PAGES) return found;
    }
  }

  async #once(read: Read, params: Omit<LimitedClaim, 'fromKey'>, known: Known): Promise<ClaimRunsResult> {
    const claim = { ...params, fromKey: known.nextKey };
    const [row] = await read(params.only === undefined ? this.#claim : this.#claimOnly, limitedParams(claim));
    const { nextKey, ...result } = limitedResultOf(row, claim);
    known.nextKey = nextKey;
    return result;
  }
}

const NOTHING: ClaimRunsResult = { claimed: [], owned: [], poisoned: [], more: false };

/** What two claims brought. */
function together(one: ClaimRunsResult, other: ClaimRunsResult): ClaimRunsResult {
  const times = [one.againMs, other.againMs].filter((ms) => ms !== undefined);
  return {
    claimed: [...one.claimed, ...other.claimed],
    owned: [...one.owned, ...other.owned],
    poisoned: [...one.poisoned, ...other.poisoned],
    more: one.more || other.more,
    ...(times.length === 0 ? {} : { againMs: Math.min(...times) }),
  };
}
