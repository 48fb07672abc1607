/**
 * Runs that begin by the clock. A report is made each night at half past two, in Berlin, also in the night in which the clocks
 * go forward, when there is no half past two. What nobody was there to do is done once, late; and while it is paused nothing is.
 */
import { defineTask, flowproof, linear, memory, schedule } from 'flowproof';
import { testApp, VirtualClock } from 'flowproof/testing';

const HOUR = 3_600_000;

const report = defineTask({
  name: 'report',
  requires: ['room'],
  execute: async ({ room }: { room: string }, { runId }) => console.log(`  ${room}: ${runId}`),
});
const reports = linear('reports').input<{ room: string }>().add(report).build();

const nightly = schedule('nightly', {
  flow: reports,
  inputs: { room: 'library' },
  cron: '30 2 * * *',
  timeZone: 'Europe/Berlin',
});

const clock = new VirtualClock(Date.UTC(2026, 2, 27, 12));
const persistence = memory({ clock });
const app = testApp({ persistence, clock, flows: [reports], schedules: [nightly] });
await app.ready();

async function pass(hours: number): Promise<void> {
  clock.advance(hours * HOUR);
  await app.drain();
}

console.log('three nights, of which the second has no half past two:');
for (let night = 0; night < 3; night++) await pass(24);

console.log('two nights in which it is paused:');
await app.schedules.pause('nightly');
await pass(48);
await app.schedules.resume('nightly');

console.log('now, because somebody asks for it:');
await (await app.schedules.run('nightly')).result();
await app.stop();

console.log('three nights in which no app was there:');
clock.advance(72 * HOUR);
const next = testApp({ persistence, clock, flows: [reports], schedules: [nightly] });
await next.ready();
await next.drain();
for (const { name, nextAtMs = 0 } of await next.schedules.list()) console.log(`${name} is due next at ${new Date(nextAtMs).toISOString()}`);
await next.stop();

try {
  schedule('monthly', { flow: reports, inputs: { room: 'hall' }, cron: '0 0 30 2 *' });
} catch (error) {
  console.log((error as Error).message);
}
const other = flowproof({
  persistence,
  clock,
  flows: [reports],
  schedules: [schedule('nightly', { flow: reports, inputs: { room: 'library' }, cron: '0 4 * * *', timeZone: 'Europe/Berlin' })],
});
await other.ready().catch((error: Error) => console.log(error.message));
await other.stop();
