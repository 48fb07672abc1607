import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire between a client and PostgreSQL that can be cut at chosen moments. */
export interface Wire {
  /** The server's URL, by way of the wire. */
  readonly url: string;
  /** The server gets the next so many requests and does as asked; its answers are lost, and the connection with each. */
  loseAnswers(count: number): void;
  /** The next COMMIT: its answer is lost, or it never gets to the server; the connection is lost with it. */
  atCommit(fate: 'lose-answer' | 'lose-request'): void;
  /** The next so many connections are ended by the server in the breath in which it greets them, as when it shuts down then. */
  endGreeted(count: number): void;
  close(): Promise<void>;
}

export async function startWire(serverUrl: string): Promise<Wire> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let toLose = 0;
  let toEnd = 0;
  let atCommit: Parameters<Wire['atCommit']>[0] | undefined;
  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    let losing = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        sockets.delete(socket);
      });
    }
    client.on('data', (data) => {
      // Only once greeted: what comes while a connection begins is no statement.
      if (toLose > 0 && !losing && isRequest(data)) {
        toLose--;
        losing = true;
      }
      if (atCommit !== undefined && isCommit(data)) {
        const fate = atCommit;
        atCommit = undefined;
        if (fate === 'lose-request') return void client.destroy();
        losing = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (losing) return void client.destroy();
      if (toEnd === 0 || !isReady(data)) return void client.write(data);
      toEnd--;
      client.end(Buffer.concat([data, SHUT_DOWN]));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(serverUrl);
  url.port = String((server.address() as { port: number }).port);
  return {
    url: url.href,
    loseAnswers(count) {
      toLose = count;
    },
    atCommit(fate) {
      atCommit = fate;
    },
    endGreeted(count) {
      toEnd = count;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A statement with parameters: it begins with Parse or Bind, where start-up, passwords and settings don't. */
function isRequest(data: Buffer): boolean {
  return data[0] === 'P'.charCodeAt(0) || data[0] === 'B'.charCodeAt(0);
}

/** ReadyForQuery, outside of transactions. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

function isReady(data: Buffer): boolean {
  return data.subarray(-READY.length).equals(READY);
}

/** What a server says when it is shut down. */
const SHUT_DOWN = errorResponse({ S: 'FATAL', V: 'FATAL', C: '57P01', M: 'terminating connection due to administrator command' });

function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
  const text = Object.entries(fields).map(([field, value]) => `${field}${value}\0`);
  const body = Buffer.from(`${text.join('')}\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function isCommit(data: Buffer): boolean {
  return data.toString('latin1').toLowerCase().includes('commit\0');
}
