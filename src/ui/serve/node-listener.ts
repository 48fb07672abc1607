import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import type { Ui } from './ui.js';

/**
 * A {@link Ui} as `node:http`, Express, Connect and Fastify take it.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { flowproof, memory } from 'flowproof';
 * import { nodeListener, ui } from 'flowproof/ui';
 * const app = flowproof({ persistence: memory(), flows: [] });
 * const page = nodeListener(ui(app, { basePath: '/flows' }));
 * const server = createServer((request, response) => (request.url?.startsWith('/flows') ? page(request, response) : response.end('hello')));
 * server.listen(0, '127.0.0.1', () => server.close());
 * ```
 */
export function nodeListener(page: Ui): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answered(page, request, response).catch(() => response.destroy());
  };
}

async function answered(page: Ui, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // What stands before the page may have taken longer than whoever asked has waited.
  if (response.destroyed || response.closed) gone.abort();
  const request = requestOf(incoming, gone.signal);
  if (request === undefined) {
    response.writeHead(400).end();
    return;
  }
  const answer = await page.fetch(request);
  response.writeHead(answer.status, [...answer.headers].flat());
  if (answer.body === null || incoming.method === 'HEAD') {
    response.end();
    return;
  }
  const body = Readable.fromWeb(answer.body as NodeStream);
  // Whoever has gone away wants no more of it.
  gone.signal.addEventListener('abort', () => body.destroy());
  if (gone.signal.aborted) body.destroy();
  body.on('error', () => response.destroy());
  body.pipe(response);
}

/** Nothing where it is no request that has an address. */
function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = 'GET', headers } = incoming;
  // Express cuts off where it is mounted.
  const { originalUrl = incoming.url ?? '/' } = incoming as IncomingMessage & { readonly originalUrl?: string };
  const isEncrypted = (incoming.socket as { readonly encrypted?: boolean }).encrypted === true;
  try {
    // Without the name that it was sent to, nobody knows whether it may be answered. HTTP/2 says it by another header.
    const host = headers.host ?? headers[':authority'];
    if (typeof host !== 'string' || host === '') return undefined;
    const url = new URL(`${isEncrypted ? 'https' : 'http'}://${host}${originalUrl}`);
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const body = hasBody ? bodyOf(incoming) : null;
    return new Request(url, { method, headers: copied(headers), signal, body, ...(hasBody ? { duplex: 'half' } : {}) });
  } catch {
    return undefined;
  }
}

/** A parser that was there before may have read it, and left what it has found. */
function bodyOf(incoming: IncomingMessage & { readonly body?: unknown }): ReadableStream<Uint8Array> | string {
  if (incoming.readableEnded && incoming.body !== undefined) return JSON.stringify(incoming.body);
  return Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
}

function copied(headers: IncomingMessage['headers']): Headers {
  const copy = new Headers();
  for (const [name, value] of Object.entries(headers))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && !name.startsWith(':')) copy.append(name, one);
  return copy;
}
