/** A payment that is refused at first: the task is called again, and nothing is undone meanwhile. */
import { defineTask, linear, PermanentError, run, times } from 'flowproof';

const log: string[] = [];

const reserve = defineTask({
  name: 'reserve',
  provides: ['reservation'],
  execute: async () => ({ reservation: 'r-1' }),
  revert: async () => void log.push('reservation cancelled'),
});

/** The bank is busy for so many requests; a card may be declined for good. */
const bank = (busy: number, card: 'good' | 'declined') =>
  defineTask({
    name: 'charge',
    requires: ['reservation'],
    provides: ['receipt'],
    retry: times(4, { backoff: { delayMs: 20 } }),
    retryIf: ({ code }) => code === 'BUSY',
    execute: async ({ reservation }: { reservation: string }, { turn }) => {
      log.push(`turn ${turn}`);
      if (turn <= busy) throw Object.assign(new Error('try again later'), { code: 'BUSY' });
      if (card === 'declined') throw new PermanentError('card declined');
      return { receipt: `${reservation} paid in turn ${turn}` };
    },
  });

for (const [name, charge] of [
  ['busy twice', bank(2, 'good')],
  ['busy once, then declined', bank(1, 'declined')],
] as const) {
  log.length = 0;
  const result = await run(linear('order').add(reserve).add(charge).build());
  const end = result.state === 'SUCCESS' ? result.results.receipt : `${result.state}: ${log.at(-1)}`;
  console.log(`${name}: ${log.filter((line) => line.startsWith('turn')).join(', ')} → ${end}`);
}
