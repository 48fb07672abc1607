import { once } from 'node:events';
import express, { type NextFunction, type Request, type Response } from 'express';
import { app } from './app.js';
import { eventsOf, failureOf, viewOf } from './http.js';
import { order } from './order.js';

await app.ready(); // fails here if the store is out of reach; takes up what a process before this one left behind

const server = express();
server.use(express.json());

// A request that is sent twice with one Idempotency-Key is one order.
server.post('/orders', async (request, response) => {
  const { id } = await app.start(order, { id: request.get('idempotency-key'), inputs: request.body ?? {} });
  response.status(202).location(`/orders/${id}`).json({ id });
});

server.get('/orders/:id', async (request, response) => {
  response.json(await viewOf(request.params.id));
});

server.get('/orders/:id/events', async (request, response) => {
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  const events = await eventsOf(request.params.id, request.get('last-event-id'), leaving.signal);
  response.set({ 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }).flushHeaders();
  for await (const event of events) if (!response.write(event)) await once(response, 'drain', { signal: leaving.signal });
  response.end();
});

// It is undone, wherever it runs: what was done is reverted, the last one first.
server.delete('/orders/:id', async (request, response) => {
  const { id } = await app.cancel(request.params.id);
  response.status(202).json({ id });
});

server.use((error: unknown, _: Request, response: Response, next: NextFunction) => {
  const failure = failureOf(error);
  if (failure === undefined || response.headersSent) return next(error);
  response.status(failure.status).json(failure.body);
});

const listener = server.listen(Number(process.env.PORT ?? 3000), () => console.log('listening', listener.address()));

/** The step under way ends, at most graceMs (10 s); what is left goes on in the next process. */
async function stop(): Promise<void> {
  listener.close();
  await app.stop();
}
process.once('SIGTERM', stop).once('SIGINT', stop);
