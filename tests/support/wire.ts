import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A wire between a client and PostgreSQL that can be cut, held and led elsewhere at chosen moments. */
export interface Wire {
  /** The server's URL, by way of the wire. */
  readonly url: string;
  /** How many connections are open now. */
  readonly connections: number;
  /** The server gets the next so many requests and does as asked; its answers are lost, and the connection with each. */
  loseAnswers(count: number): void;
  /** The next COMMIT: its answer is lost, or it never gets to the server; the connection is lost with it. */
  atCommit(fate: 'lose-answer' | 'lose-request'): void;
  /** The next so many connections are ended by the server in the breath in which it greets them, as when it shuts down then. */
  endGreeted(count: number): void;
  /**
   * From now on whatever comes is taken and goes nowhere, in both directions, goodbyes too: a machine that is gone, a firewall
   * that drops. Connections are accepted, and never hear anything. The returned function ends it, for new connections: those that
   * were swallowed stay so.
   */
  swallow(): () => void;
  /** Resolves when something has been swallowed that a client sent from now on. */
  swallowed(): Promise<void>;
  /** Requests get to the server, and answers come when the returned function is called. */
  hold(): () => void;
  /** Says goodbye to the clients of all present connections, and goes on to take what they send: nobody reads it. */
  halfClose(): void;
  /** Ends all present connections. */
  cut(): void;
  /** Connections that are made from now on go to this server; those that there are stay where they are. */
  leadTo(serverUrl: string): void;
  close(): Promise<void>;
}

/** One connection through the wire. */
interface Pair {
  readonly client: Socket;
  readonly upstream: Socket;
  swallows: boolean;
  loses: boolean;
  /** What the server said meanwhile. */
  held: Buffer[];
}

export async function startWire(serverUrl: string): Promise<Wire> {
  let target = new URL(serverUrl);
  const pairs = new Set<Pair>();
  let [toLose, toEnd] = [0, 0];
  let [swallowing, holding] = [false, false];
  let atCommit: Parameters<Wire['atCommit']>[0] | undefined;

  let swallowed: () => void = () => undefined;
  const fromClient = (pair: Pair, data: Buffer): void => {
    if (pair.swallows) return void swallowed();
    // Only once greeted: what comes while a connection begins is no statement.
    if (toLose > 0 && !pair.loses && isRequest(data)) {
      toLose--;
      pair.loses = true;
    }
    if (atCommit !== undefined && isCommit(data)) {
      const fate = atCommit;
      atCommit = undefined;
      if (fate === 'lose-request') return void pair.client.destroy();
      pair.loses = true;
    }
    pair.upstream.write(data);
  };
  const fromServer = (pair: Pair, data: Buffer): void => {
    if (pair.swallows) return;
    if (pair.loses) return void pair.client.destroy();
    if (holding) return void pair.held.push(data);
    if (toEnd === 0 || !isReady(data)) return void pair.client.write(data);
    toEnd--;
    pair.client.end(Buffer.concat([data, SHUT_DOWN]));
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true });
    const pair: Pair = { client, upstream, swallows: swallowing, loses: false, held: [] };
    pairs.add(pair);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => undefined);
      one.on('end', () => pair.swallows || other.end());
      one.on('close', () => {
        if (one === client || !pair.swallows) pairs.delete(pair);
        if (!pair.swallows) other.destroy();
      });
    }
    client.on('data', (data) => fromClient(pair, data));
    upstream.on('data', (data) => fromServer(pair, data));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(serverUrl);
  url.port = String((server.address() as { port: number }).port);
  return {
    url: url.href,
    get connections() {
      return pairs.size;
    },
    loseAnswers(count) {
      toLose = count;
    },
    atCommit(fate) {
      atCommit = fate;
    },
    endGreeted(count) {
      toEnd = count;
    },
    swallow() {
      swallowing = true;
      for (const pair of pairs) pair.swallows = true;
      return () => {
        swallowing = false;
      };
    },
    swallowed() {
      return new Promise((resolve) => {
        swallowed = resolve;
      });
    },
    hold() {
      holding = true;
      return () => {
        holding = false;
        for (const pair of pairs) for (const data of pair.held.splice(0)) fromServer(pair, data);
      };
    },
    halfClose() {
      for (const { client } of pairs) client.end();
    },
    cut() {
      for (const { client } of pairs) client.destroy();
    },
    leadTo(other) {
      target = new URL(other);
    },
    async close() {
      for (const { client, upstream } of pairs) {
        client.destroy();
        upstream.destroy();
      }
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
