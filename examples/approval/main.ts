/**
 * Runs that wait. A refund waits for somebody's approval, for a day at most; then the policy approves what is small. A signal
 * that came before the run waited for it is not lost, and one that is sent twice is heard once. What is not wanted any more is
 * withdrawn: a cancelled refund waits for nobody.
 */
import { defineTask, flowproof, linear, memory, sleep, waitFor } from 'flowproof';
import { VirtualClock } from 'flowproof/testing';
import { z } from 'zod';

const HOUR = 3_600_000;

const reserve = defineTask({
  name: 'reserve',
  requires: ['cents'],
  execute: async ({ cents }: { cents: number }) => console.log(`  ${cents} cents are set aside`),
  revert: async ({ cents }) => console.log(`  ${cents} cents are free again`),
});
const pay = defineTask({
  name: 'pay',
  requires: ['cents', 'approval'],
  execute: async ({ cents, approval }: { cents: number; approval: { by: string } }) => {
    console.log(`  ${cents} cents are paid, approved by ${approval.by}`);
  },
});

const refund = linear('refund')
  .input<{ cents: number }>()
  .add(reserve)
  .add(waitFor('approval', z.object({ by: z.string() }), { timeoutMs: 24 * HOUR, fallback: { by: 'policy' } }))
  .add(sleep(HOUR), { name: 'time-for-second-thoughts' })
  .add(pay)
  .build();

// Time is the program's, so that nobody waits for it.
const clock = new VirtualClock();
await using app = flowproof({ persistence: memory({ clock }), flows: [refund], clock });

/** Resolves when the run waits here. */
async function waitsAt(id: string, node: string): Promise<void> {
  while (true) {
    const { waiting } = await app.inspect(id);
    if (waiting?.path === `refund/${node}`) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

console.log('Approved by Ada, who clicks twice:');
const first = await app.start(refund, { id: 'r-1', inputs: { cents: 1_000 } });
await app.signal(refund, 'r-1', 'approval', { by: 'Ada' }, { messageId: 'click-1' });
await app.signal(refund, 'r-1', 'approval', { by: 'Ada' }, { messageId: 'click-1' });
await waitsAt('r-1', 'time-for-second-thoughts');
clock.advance(HOUR);
console.log(`  ${(await first.result()).state}`);

console.log('Nobody answers:');
const second = await app.start(refund, { id: 'r-2', inputs: { cents: 200 } });
await waitsAt('r-2', 'approval');
const { waiting } = await app.inspect('r-2');
console.log(`  waits for the ${waiting?.for} '${waiting?.name}', ${((waiting?.untilMs ?? 0) - clock.nowMs()) / HOUR} hours at most`);
clock.advance(24 * HOUR);
await waitsAt('r-2', 'time-for-second-thoughts');
clock.advance(HOUR);
console.log(`  ${(await second.result()).state}`);

console.log('The customer keeps the lamp:');
const third = await app.start(refund, { id: 'r-3', inputs: { cents: 3_000 } });
await waitsAt('r-3', 'approval');
await third.cancel();
console.log(`  ${(await third.result()).state}`);
await app.signal(refund, 'r-3', 'approval', { by: 'Ada' }).catch(({ code }) => console.log(`  and then Ada approves: ${code}`));
