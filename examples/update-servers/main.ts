/**
 * The software of two hundred servers is renewed, ten at a time, whoever does it: two conductors, in apps of their own, drive a run for each, and two
 * workers make the calls. A server that is not well afterwards is as it was before, and holds up no other one. Here the transport is in memory; with
 * RABBITMQ_URL the calls go by that broker, and the workers may be anywhere.
 */
import { conductor, flowproof, linear, memory } from 'flowproof';
import { rabbitmq } from 'flowproof/rabbitmq';
import { memoryTransport } from 'flowproof/testing';
import { remote, worker } from 'flowproof/workers';
import tasks, { check, drain, install, join } from './tasks.js';

const update = linear('update', { concurrency: 10 }).input<{ server: string }>().add(drain).add(install).add(check).add(join).build();

const url = process.env.RABBITMQ_URL;
const transport = url === undefined ? memoryTransport() : rabbitmq(url, { prefix: 'update-servers' });
const workers = [1, 2].map(() => worker(tasks, { transport, concurrency: 8 }));
await Promise.all(workers.map((one) => one.start()));

const underWay = new Set<string>();
let most = 0;
const said = new Map<string, Set<unknown>>();
const persistence = memory();
const apps = [1, 2].map(() =>
  flowproof({
    persistence,
    flows: [update],
    executor: remote({ transport, tasks: 'servers' }),
    onEvent(event) {
      if (event.type === 'emitted') said.set(event.event, (said.get(event.event) ?? new Set()).add(event.data));
      if (event.type !== 'run') return;
      if (['SUCCESS', 'REVERTED'].includes(event.state)) underWay.delete(event.runId);
      else underWay.add(event.runId);
      most = Math.max(most, underWay.size);
    },
  }),
);
const conductors = apps.map((app) => conductor(app, { concurrency: 50 }));
await Promise.all(conductors.map((one) => one.start()));

const servers = Array.from({ length: 200 }, (_, at) => `server-${String(at + 1).padStart(3, '0')}`);
const handles = await Promise.all(servers.map((server) => apps[0]?.post(update, { id: `2.0 on ${server}`, inputs: { server } })));
const results = await Promise.all(handles.map((handle) => handle?.result()));
for (const one of [...conductors, ...apps, ...workers]) await one.stop();

const count = (state: string): number => results.filter((result) => result?.state === state).length;
console.log(`${servers.length} servers: ${count('SUCCESS')} updated, ${count('REVERTED')} as before; at most ${most} at a time`);
results.forEach((result, at) => {
  if (result?.state === 'REVERTED') console.log(`  ${servers[at]}: ${result.failures[0]?.failure.message}`);
});
for (const [what, which] of [...said].sort(([one], [other]) => (one < other ? -1 : 1))) console.log(`${what}: ${which.size}`);
