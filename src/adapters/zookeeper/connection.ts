import zookeeper, { type Client } from 'node-zookeeper-client';
import { BoardError } from '../../model/board-error.js';
import { type Clock, systemClock } from '../../model/clock.js';

export interface ConnectionParts {
  /** Such as `a:2181,b:2181`. */
  readonly hosts: string;
  readonly sessionTimeoutMs: number;
  /** How long a call waits for its answer. */
  readonly timeoutMs: number;
  readonly auth?: { readonly username: string; readonly password: string };
}

/** How long a server may take to greet: one that has just opened its port takes connections that it never answers. */
const GREETS_WITHIN_MS = 2_000;

type Answer<T> = (error: unknown, ...answer: T[]) => void;

/**
 * A session with ZooKeeper. What the client leaves to its users is here: a bound for each call, since calls on a session that has ended
 * are never answered, and another client when a server does not greet.
 */
export class Connection {
  readonly #parts: ConnectionParts;
  readonly #clock: Clock = systemClock;
  #client: Promise<Client> | undefined;
  #present: Client | undefined;
  #isOver = false;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /** Whether its session is over: it never comes back. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The lease that the server gave, in milliseconds. */
  async grantedMs(): Promise<number> {
    return (await this.#connected()).getSessionTimeout();
  }

  /** What a method of the client answers. Rejects with what it failed with, or an error when there is no answer in time. */
  async call<T>(ask: (client: Client, answer: Answer<T>) => void): Promise<readonly T[]> {
    const client = await this.#connected();
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        reject(new Error('ZooKeeper gave no answer'));
        // It connects again, perhaps to another server, with the same session.
        connectedBy(client).socket?.destroy();
      };
      const cancel = this.#clock.after(this.#parts.timeoutMs, giveUp, { keepsAlive: false });
      ask(client, (error, ...answer) => {
        cancel();
        if (error) reject(asBoardError(error));
        else resolve(answer);
      });
    });
  }

  /** Ends the session at once. */
  leave(): void {
    this.#isOver = true;
    this.#present?.close();
  }

  /** Ends the connection; the session is over when its lease is. */
  drop(): void {
    this.#isOver = true;
    if (this.#present !== undefined) cutOff(this.#present);
  }

  #connected(): Promise<Client> {
    if (this.#isOver) return Promise.reject(new BoardError('BOARD_CLOSED', 'the session is over: join again'));
    this.#client ??= this.#connect().catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }

  async #connect(): Promise<Client> {
    const { hosts, sessionTimeoutMs, timeoutMs } = this.#parts;
    const sinceMs = this.#clock.monotonicMs();
    for (;;) {
      const leftMs = timeoutMs - (this.#clock.monotonicMs() - sinceMs);
      if (leftMs <= 0 || this.#isOver) throw new Error(`ZooKeeper at ${hosts} does not greet`);
      const client = zookeeper.createClient(hosts, { sessionTimeout: sessionTimeoutMs, spinDelay: 200, retries: 0 });
      if (await this.#isGreeted(client, Math.min(leftMs, GREETS_WITHIN_MS))) return client;
      cutOff(client);
    }
  }

  #isGreeted(client: Client, ms: number): Promise<boolean> {
    const { auth } = this.#parts;
    this.#present = client;
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(ms, () => resolve(false), { keepsAlive: false });
      client.once('connected', () => {
        cancel();
        client.on('disconnected', () => this.#demandGreeting(client));
        resolve(true);
      });
      for (const event of ['expired', 'authenticationFailed'])
        client.once(event, () => {
          this.#isOver = true;
          cutOff(client);
          if (event === 'authenticationFailed') reject(new BoardError('BOARD_REFUSED', 'ZooKeeper refused the user or the password'));
        });
      if (auth !== undefined) client.addAuthInfo('digest', Buffer.from(`${auth.username}:${auth.password}`));
      client.connect();
    });
  }

  /** The client connects again by itself, and then waits for as long as a server says nothing. */
  #demandGreeting(client: Client): void {
    const again = (): void => {
      if (this.#isOver || client.getState() === zookeeper.State.SYNC_CONNECTED) return;
      connectedBy(client).socket?.destroy();
      this.#demandGreeting(client);
    };
    this.#clock.after(GREETS_WITHIN_MS, again, { keepsAlive: false });
  }
}

/** What of a client its types don't say. */
interface ConnectionManager {
  state: number;
  readonly socket?: { destroy(): void };
}

function connectedBy(client: Client): ConnectionManager {
  return (client as unknown as { readonly connectionManager: ConnectionManager }).connectionManager;
}

const CLOSING = -1;

/** Ends a client without a word to the server: it has no method for that, and its own one does nothing without a connection. */
function cutOff(client: Client): void {
  const manager = connectedBy(client);
  // Otherwise it would connect again.
  manager.state = CLOSING;
  manager.socket?.destroy();
}

const { Exception } = zookeeper;

/** The code of a failure that the server answered with. */
export function codeOf(error: unknown): number | undefined {
  const code = (error as { readonly code?: unknown }).code;
  return typeof code === 'number' ? code : undefined;
}

function asBoardError(error: unknown): unknown {
  switch (codeOf(error)) {
    case Exception.SESSION_EXPIRED:
      return new BoardError('BOARD_CLOSED', 'the session is over: join again', { cause: error });
    case Exception.NO_AUTH:
    case Exception.AUTH_FAILED:
    case Exception.INVALID_ACL:
      return new BoardError('BOARD_REFUSED', `ZooKeeper refused: ${String(error)}`, { cause: error });
    default:
      return error;
  }
}
