import { type FlowReading, short } from '../reading/index.js';
import type { Found } from './rule.js';

/** Under which conditions a flow looks as it was judged. */
export function assumed({ assumptions }: FlowReading): NonNullable<Found['related']> {
  return assumptions.map(({ condition, holds }) => ({
    at: condition,
    message: `when '${short(condition)}' ${holds ? 'holds' : 'does not hold'}`,
  }));
}
