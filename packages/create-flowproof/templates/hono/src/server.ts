import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { app } from './app.js';
import { eventsOf, failureOf, viewOf } from './http.js';
import { order } from './order.js';

await app.ready(); // fails here if the store is out of reach; takes up what a process before this one left behind

const server = new Hono();

// A request that is sent twice with one Idempotency-Key is one order.
server.post('/orders', async (c) => {
  const inputs = await c.req.json().catch(() => ({}));
  const { id } = await app.start(order, { id: c.req.header('idempotency-key'), inputs });
  return c.json({ id }, 202, { location: `/orders/${id}` });
});

server.get('/orders/:id', async (c) => c.json(await viewOf(c.req.param('id'))));

server.get('/orders/:id/events', async (c) => {
  const leaving = new AbortController();
  const events = await eventsOf(c.req.param('id'), c.req.header('last-event-id'), leaving.signal);
  c.header('content-type', 'text/event-stream');
  c.header('cache-control', 'no-cache');
  return stream(c, async (out) => {
    out.onAbort(() => leaving.abort());
    for await (const event of events) await out.write(event);
  });
});

// It is undone, wherever it runs: what was done is reverted, the last one first.
server.delete('/orders/:id', async (c) => {
  const { id } = await app.cancel(c.req.param('id'));
  return c.json({ id }, 202);
});

server.onError((error, c) => {
  const failure = failureOf(error);
  if (failure === undefined) throw error;
  return c.json(failure.body, failure.status as ContentfulStatusCode);
});

const listener = serve({ fetch: server.fetch, port: Number(process.env.PORT ?? 3000) }, (info) => console.log('listening', info));

/** The step under way ends, at most graceMs (10 s); what is left goes on in the next process. */
async function stop(): Promise<void> {
  listener.close();
  await app.stop();
}
process.once('SIGTERM', stop).once('SIGINT', stop);
