/**
 * Reports over HTTP. Drawing one computes: it is done in threads, so that the server answers others meanwhile. Printing one goes
 * through a library that crashes: it is done in a process of its own, so that a crash costs one call of a task, and the request is
 * answered. Each task names the executor that calls it; what names none is called by the app.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FlowEvent, flowproof, linear, memory, processes, threads } from 'flowproof';
import { count, draw, print } from './tasks.js';

const report = linear('report')
  .input<{ sales: readonly number[] }>()
  .add(draw, { runsOn: 'cpu' })
  .add(print, { runsOn: 'printer' })
  .add(count)
  .build();

const tasks = new URL('./tasks.js', import.meta.url);
const events: FlowEvent[] = [];
let begun: () => void = () => undefined;
await using app = flowproof({
  persistence: memory(),
  flows: [report],
  executors: { cpu: threads(tasks, { size: 2 }), printer: processes(tasks, { size: 1 }) },
  onEvent(event) {
    events.push(event);
    if (event.type === 'emitted') begun();
  },
});
await app.ready();

const server = createServer(async (request, response) => {
  if (request.url === '/health') return response.end('ok');
  const { chart, pages } = await app.runOrThrow(report, { id: 'today', inputs: { sales: [3, 1, 4, 1, 5, 9, 2, 6] } });
  return response.end(`${pages} page, ${chart.slice(0, 24)}…`);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const isDrawing = new Promise<void>((resolve) => {
  begun = resolve;
});
const answer = fetch(`${url}/report`, { method: 'POST' });
await isDrawing;
console.log(`GET /health: ${await (await fetch(`${url}/health`)).text()}, while a report is drawn`);
console.log(`POST /report: ${await (await answer).text()}`);

for (const event of events) {
  if (event.type === 'emitted') console.log(`  ${event.path} in ${event.data}`);
  if (event.type === 'task') console.log(`  ${event.path} ${event.state}, call ${event.attempt}, on ${event.runsOn ?? 'the app'}`);
}
// What is stored of it says the same, later and elsewhere, and so does its picture.
for (const { path, state, executions, runsOn } of (await app.inspect('today')).atoms) {
  console.log(`${path}: ${state}, calls: ${executions}, on ${runsOn ?? 'the app'}`);
}
console.log(report.toMermaid().trimEnd());
server.closeAllConnections();
server.close();
