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
  close(): Promise<void>;
}

export async function startWire(serverUrl: string): Promise<Wire> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let toLose = 0;
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
      if (losing) client.destroy();
      else client.write(data);
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

function isCommit(data: Buffer): boolean {
  return data.toString('latin1').toLowerCase().includes('commit\0');
}
