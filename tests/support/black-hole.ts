import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server that can swallow everything: a firewall that drops, a cable that is cut. */
export interface BlackHole {
  readonly port: number;
  /** From now on nothing gets through, in either direction, goodbyes neither; new connections are taken and never hear anything. */
  cut(): void;
  /** Ends what is connected, and swallows what comes then: who connects again hears nothing. */
  hangUp(): void;
  /** How many have connected so far. */
  readonly connectionCount: number;
  /** What was swallowed gets through now, in its order. */
  heal(): void;
  close(): Promise<void>;
}

/** @param host where the server is; default: this machine */
export async function startBlackHole(port: number, host = '127.0.0.1'): Promise<BlackHole> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let waiting: (() => void)[] = [];
  let connectionCount = 0;
  const pass = (act: () => void): void => {
    if (isCut) waiting.push(act);
    else act();
  };
  const server = createServer((client) => {
    connectionCount++;
    const upstream = connect(port, host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => pass(() => to.write(data)));
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        pass(() => to.destroy());
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
    },
    hangUp() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    get connectionCount() {
      return connectionCount;
    },
    heal() {
      isCut = false;
      const acts = waiting;
      waiting = [];
      for (const act of acts) act();
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
