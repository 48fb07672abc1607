import type { SlotStore } from '../../persistence/index.js';
import type { Row, Statement } from '../client/sql.js';
import { statement } from '../client/statement.js';
import { isUuid } from '../client/uuid.js';
import {
  askedResultOf,
  askParams,
  askSlotsText,
  leaveParams,
  leaveSlotsText,
  sweepTaskSlotsText,
  waitingCallOf,
  waitingCallsText,
} from '../read/task-slots.js';

export interface SqlSlotsParams {
  /** Quoted. */
  readonly schema: string;
  readonly read: (statement: Statement, params: readonly unknown[]) => Promise<readonly Row[]>;
}

/** Of questions in vain, so many are between two looks for what the dead have left. */
const SELDOM = 4;

/** The slots of tasks of one schema. */
export function sqlSlots({ schema, read }: SqlSlotsParams): SlotStore {
  const [ask, leave] = [statement(askSlotsText(schema)), statement(leaveSlotsText(schema))];
  const [sweep, waiting] = [statement(sweepTaskSlotsText(schema)), statement(waitingCallsText(schema))];
  let inVain = 0;
  return {
    async ask(params) {
      const [row] = await read(ask, askParams(params));
      const result = askedResultOf(row);
      const isInVain = result.granted.length < params.requests.length;
      if (isInVain && inVain++ % SELDOM === 0) await read(sweep, [[...new Set(params.requests.map(({ name }) => name))]]);
      return result;
    },
    async leave(owner, holders) {
      await read(leave, leaveParams(owner, holders));
    },
    async waiting(runId) {
      return isUuid(runId) ? (await read(waiting, [runId])).map(waitingCallOf) : [];
    },
  };
}
