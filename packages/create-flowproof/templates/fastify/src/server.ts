import { Readable } from 'node:stream';
import Fastify from 'fastify';
import { app } from './app.js';
import { eventsOf, failureOf, viewOf } from './http.js';
import { order } from './order.js';

await app.ready(); // fails here if the store is out of reach; takes up what a process before this one left behind

const server = Fastify();
type OfRun = { Params: { id: string } };

// A request that is sent twice with one Idempotency-Key is one order.
server.post<{ Body: { item: string; card: string } | undefined; Headers: { 'idempotency-key'?: string } }>(
  '/orders',
  async (request, reply) => {
    // Nothing, where the request has no JSON: the schema of the flow says what is missing.
    const inputs = request.body ?? ({} as never);
    const { id } = await app.start(order, { id: request.headers['idempotency-key'], inputs });
    return reply.code(202).header('location', `/orders/${id}`).send({ id });
  },
);

server.get<OfRun>('/orders/:id', (request) => viewOf(request.params.id));

server.get<OfRun>('/orders/:id/events', async (request, reply) => {
  const leaving = new AbortController();
  reply.raw.once('close', () => leaving.abort());
  const events = await eventsOf(request.params.id, String(request.headers['last-event-id']), leaving.signal);
  return reply.headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-cache' }).send(Readable.from(events));
});

// It is undone, wherever it runs: what was done is reverted, the last one first.
server.delete<OfRun>('/orders/:id', async (request, reply) => {
  const { id } = await app.cancel(request.params.id);
  return reply.code(202).send({ id });
});

server.setErrorHandler((error, _, reply) => {
  const failure = failureOf(error);
  return failure === undefined ? reply.send(error) : reply.code(failure.status).send(failure.body);
});

// `close()` answers what comes on open connections with 503: the app stops before it, and ends the streams.
server.addHook('preClose', () => app.stop());
await server.listen({ port: Number(process.env.PORT ?? 3000) });
console.log('listening', server.server.address());

/** The step under way ends, at most graceMs (10 s); what is left goes on in the next process. */
const stop = () => server.close();
process.once('SIGTERM', stop).once('SIGINT', stop);
