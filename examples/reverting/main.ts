/**
 * Three calls, of which the last one fails: then the first two are taken back, the latest first. Each task says itself how
 * it is undone, and is told how it ended: `revert` of a call that never happened has nothing to do.
 */
import { linear, type Outcome, run, Task } from 'flowproof';

@Task({ name: 'call', requires: ['who'], provides: ['seconds'] })
class Call {
  async execute({ who }: { who: string }) {
    console.log(`Calling ${who}.`);
    if (who === 'Suzzie') throw new Error('Suzzie is not home right now.');
    return { seconds: 10 * who.length };
  }

  async revert({ who }: { who: string }, outcome: Outcome<Call>) {
    if (outcome.kind === 'failure') return;
    const talked = outcome.kind === 'result' ? `We talked for ${outcome.result.seconds} seconds` : 'Nobody knows whether we talked';
    console.log(`Calling ${who} again to apologise. ${talked}.`);
  }
}

const invitation = linear('invitation')
  .add(Call, { name: 'jim', inject: { who: 'Jim' }, provides: { seconds: 'withJim' } })
  .add(Call, { name: 'joe', inject: { who: 'Joe' }, provides: { seconds: 'withJoe' } })
  .add(Call, { name: 'suzzie', inject: { who: 'Suzzie' }, provides: { seconds: 'withSuzzie' } })
  .build();

const result = await run(invitation);
console.log(result.state);
if (result.state === 'REVERTED') {
  for (const { path, failure } of result.failures) console.log(`${path}: ${failure.message}`);
}
