/** Right schedules. */
import { provision } from './good-linear.js';
import { flowproof, linear, memory, type RunHandle, type Schedule, schedule } from './support.js';
import { Log } from './tasks.js';

const empty = linear('empty').add(Log).build();
const hourly = schedule('hourly', {
  flow: empty,
  everyMs: 3_600_000,
  overlap: 'replace',
  catchUp: 'none',
  version: 2,
  metadata: { team: 'ops' },
});
const nightly = schedule('nightly', { flow: provision, inputs: { imageId: 'x', size: 1 }, cron: '0 3 * * *', timeZone: 'Europe/Berlin' });
hourly.name satisfies 'hourly';
nightly satisfies Schedule;

export async function main(): Promise<readonly (number | undefined)[]> {
  const app = flowproof({ persistence: memory(), flows: [empty], schedules: [hourly] });
  const handle: RunHandle<typeof empty> = await app.schedules.run('hourly');
  await handle.result();
  return (await app.schedules.list()).map(({ nextAtMs }) => nextAtMs);
}
