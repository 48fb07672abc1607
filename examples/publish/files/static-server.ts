import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { inside } from '../target.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/** Serves the files below `root` on loopback, on a port that is free. */
export async function serve(root: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    send(root, pathname.endsWith('/') ? `${pathname}index.html` : pathname, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function send(root: string, pathname: string, response: ServerResponse): Promise<void> {
  const file = await open(inside(root, decodeURIComponent(pathname))).catch(() => undefined);
  const stats = await file?.stat();
  if (file === undefined || stats?.isFile() !== true) {
    await file?.close();
    response.writeHead(404).end('not found\n');
    return;
  }
  response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'application/octet-stream', 'content-length': stats.size });
  await pipeline(file.createReadStream(), response);
}
