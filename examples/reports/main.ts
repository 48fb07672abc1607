/**
 * Reports over HTTP. Drawing one computes: it is done in threads, so that the server answers others meanwhile. Printing one goes
 * through a library that crashes: it is done in processes, so that a crash costs one call of a task, and the request is answered.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FlowEvent, flowproof, linear, memory, processes, threads } from 'flowproof';
import { draw, print } from './tasks.js';

const drawing = linear('drawing').input<{ sales: readonly number[] }>().add(draw).build();
const printing = linear('printing').input<{ chart: string }>().add(print).build();
const tasks = new URL('./tasks.js', import.meta.url);

const events: FlowEvent[] = [];
let begun: () => void = () => undefined;
const onEvent = (event: FlowEvent): void => {
  events.push(event);
  if (event.type === 'emitted') begun();
};
await using inThreads = flowproof({ persistence: memory(), flows: [drawing], executor: threads(tasks, { size: 2 }), onEvent });
await using inProcesses = flowproof({ persistence: memory(), flows: [printing], executor: processes(tasks, { size: 1 }), onEvent });
await Promise.all([inThreads.ready(), inProcesses.ready()]);

const server = createServer(async (request, response) => {
  if (request.url === '/health') return response.end('ok');
  const { chart } = await inThreads.runOrThrow(drawing, { inputs: { sales: [3, 1, 4, 1, 5, 9, 2, 6] } });
  const { pages } = await inProcesses.runOrThrow(printing, { inputs: { chart } });
  return response.end(`${pages} page, ${chart.slice(0, 24)}…`);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const isDrawing = new Promise<void>((resolve) => {
  begun = resolve;
});
const report = fetch(`${url}/report`, { method: 'POST' });
await isDrawing;
console.log(`GET /health: ${await (await fetch(`${url}/health`)).text()}, while a report is drawn`);
console.log(`POST /report: ${await (await report).text()}`);

for (const event of events) {
  if (event.type === 'emitted') console.log(`  ${event.path} in ${event.data}`);
  if (event.type === 'task') console.log(`  ${event.path} ${event.state}, call ${event.attempt}`);
}
server.closeAllConnections();
server.close();
