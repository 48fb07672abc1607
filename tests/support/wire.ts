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
  atCommit(fate: 'lose-answer' | 'lose-request' | undefined): void;
  /** The next so many connections are ended by the server in the breath in which it greets them, as when it shuts down then. */
  endGreeted(count: number): void;
  /**
   * From now on whatever comes is taken and goes nowhere, in both directions, goodbyes too: a machine that is gone, a firewall
   * that drops. Connections are accepted, and never hear anything. The returned function ends it, for new connections: those that
   * were swallowed stay so. With `answers` the server gets and does what is asked, and what it says is swallowed.
   */
  swallow(what?: 'all' | 'answers'): () => void;
  /** Resolves when something has been swallowed that a client sent from now on. */
  swallowed(): Promise<void>;
  /** Requests get to the server, and answers come when the returned function is called. */
  hold(): () => void;
  /** From now on all takes so much longer, each way. The returned function ends it: what is on its way still arrives in order. */
  delay(ms: number): () => void;
  /** What has been swallowed ends on the server's side, as when it finds that nobody is there; with `clients` on the other one, too. */
  dropSwallowed(clients: boolean): void;
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
  swallows: Swallowed | undefined;
  loses: boolean;
  /** What the server said meanwhile. */
  held: Buffer[];
  /** What is under way in each direction, when all takes longer. */
  readonly onTheWay: Readonly<Record<'client' | 'upstream', (() => void)[]>>;
}

type Swallowed = 'all' | 'answers';

/** What was asked for beforehand and has come to pass. */
export type Struck = 'answer-lost' | 'commit-answer-lost' | 'commit-lost' | 'ended-greeted';

export async function startWire(serverUrl: string, struck: (what: Struck) => void = () => undefined): Promise<Wire> {
  let target = new URL(serverUrl);
  const pairs = new Set<Pair>();
  /** Their clients are gone, and the server has not noticed. */
  const stranded = new Set<Socket>();
  let [toLose, toEnd, delayMs] = [0, 0, 0];
  let holding = false;
  let swallowing: Swallowed | undefined;
  let atCommit: Parameters<Wire['atCommit']>[0] | undefined;

  /** Does at once, or when what was sent before has arrived. */
  const later = ({ onTheWay }: Pair, to: 'client' | 'upstream', act: () => void): void => {
    const queue = onTheWay[to];
    if (delayMs === 0 && queue.length === 0) {
      act();
      return;
    }
    queue.push(act);
    // Timers may change places; what is on the way does not.
    setTimeout(() => queue.shift()?.(), delayMs);
  };

  let swallowed: () => void = () => undefined;
  const fromClient = (pair: Pair, data: Buffer): void => {
    if (pair.swallows === 'all') return void swallowed();
    // Only once greeted: what comes while a connection begins is no statement.
    if (toLose > 0 && !pair.loses && isRequest(data)) {
      toLose--;
      pair.loses = true;
      struck('answer-lost');
    }
    if (atCommit !== undefined && isCommit(data)) {
      const fate = atCommit;
      atCommit = undefined;
      struck(fate === 'lose-request' ? 'commit-lost' : 'commit-answer-lost');
      if (fate === 'lose-request') return void pair.client.destroy();
      pair.loses = true;
    }
    later(pair, 'upstream', () => pair.upstream.write(data));
  };
  const fromServer = (pair: Pair, data: Buffer): void => {
    if (pair.swallows !== undefined) return void (pair.swallows === 'answers' && swallowed());
    if (pair.loses) return void pair.client.destroy();
    if (holding) return void pair.held.push(data);
    if (toEnd === 0 || !isReady(data)) return void later(pair, 'client', () => pair.client.write(data));
    toEnd--;
    struck('ended-greeted');
    pair.client.end(Buffer.concat([data, SHUT_DOWN]));
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true });
    const pair: Pair = { client, upstream, swallows: swallowing, loses: false, held: [], onTheWay: { client: [], upstream: [] } };
    pairs.add(pair);
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('end', () => pair.swallows === 'all' || later(pair, 'upstream', () => upstream.end()));
    upstream.on('end', () => pair.swallows === undefined && later(pair, 'client', () => client.end()));
    client.on('close', () => {
      pairs.delete(pair);
      if (pair.swallows === 'all' && !upstream.destroyed) stranded.add(upstream);
      else upstream.destroy();
    });
    upstream.on('close', () => {
      stranded.delete(upstream);
      if (pair.swallows !== undefined) return;
      pairs.delete(pair);
      later(pair, 'client', () => client.destroy());
    });
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
    swallow(what = 'all') {
      swallowing = what;
      for (const pair of pairs) pair.swallows = what;
      return () => {
        swallowing = undefined;
      };
    },
    delay(ms) {
      delayMs = ms;
      return () => {
        delayMs = 0;
      };
    },
    dropSwallowed(clients) {
      for (const upstream of stranded) upstream.destroy();
      for (const { swallows, client, upstream } of pairs) {
        if (swallows === undefined) continue;
        upstream.destroy();
        if (clients) client.destroy();
      }
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
      for (const upstream of stranded) upstream.destroy();
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
