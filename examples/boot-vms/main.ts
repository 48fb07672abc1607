/**
 * Fifty virtual machines: each is created, configured and monitored. Some are tried again, some fail for good: of those nothing is left. Two conductors
 * drive the runs, and two workers make the calls in processes of their own; one of them leaves in the middle. Here the transport is in memory;
 * with RABBITMQ_URL the calls go by that broker, and the workers may be anywhere.
 */
import { conductor, flowproof, linear, memory, processes } from 'flowproof';
import { rabbitmq } from 'flowproof/rabbitmq';
import { memoryTransport } from 'flowproof/testing';
import { remote, worker } from 'flowproof/workers';
import tasks, { configure, create, monitor } from './tasks.js';

const boot = linear('boot').input<{ vm: string }>().add(create).add(configure).add(monitor).returns('host', 'address').build();

const url = process.env.RABBITMQ_URL;
const transport = url === undefined ? memoryTransport() : rabbitmq(url, { prefix: 'boot-vms' });
const workers = [1, 2].map(() => worker(tasks, { transport, on: processes(new URL('./tasks.js', import.meta.url), { size: 2 }) }));
await Promise.all(workers.map((one) => one.start()));

const done = new Map<string, Set<unknown>>();
const persistence = memory();
const apps = [1, 2].map(() =>
  flowproof({
    persistence,
    flows: [boot],
    executor: remote({ transport, tasks: 'vms' }),
    onEvent(event) {
      if (event.type === 'emitted') done.set(event.event, (done.get(event.event) ?? new Set()).add(event.data));
    },
  }),
);
const conductors = apps.map((app) => conductor(app, { concurrency: 20 }));
await Promise.all(conductors.map((one) => one.start()));

const vms = Array.from({ length: 50 }, (_, at) => `vm-${String(at + 1).padStart(2, '0')}`);
const handles = await Promise.all(vms.map((vm) => apps[0]?.post(boot, { id: vm, inputs: { vm } })));
// A worker that leaves costs nothing: what it had in hand ends, and the other one makes the rest.
await handles[9]?.result();
await workers[0]?.stop();
const results = await Promise.all(handles.map((handle) => handle?.result()));
for (const one of [...conductors, ...apps, ...workers]) await one.stop();

const racks = new Map<string, number>();
const failed: string[] = [];
results.forEach((result, at) => {
  if (result?.state === 'SUCCESS') racks.set(result.results.host, (racks.get(result.results.host) ?? 0) + 1);
  else if (result?.state === 'REVERTED') failed.push(`${vms[at]}: ${result.failures[0]?.failure.message}`);
});
console.log(`${vms.length} machines: ${vms.length - failed.length} run, ${failed.length} are gone without a trace`);
for (const [rack, count] of [...racks].sort()) console.log(`  ${rack}: ${count}`);
for (const what of failed) console.log(`  ${what}`);
for (const [what, which] of [...done].sort(([one], [other]) => (one < other ? -1 : 1))) console.log(`${what}: ${which.size}`);
