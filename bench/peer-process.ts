import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { Readable } from 'node:stream';
import type { AppendFsync } from './redis.js';

/** One form of one peer: `default` is how it comes, `tuned` what its documentation advises. */
export interface Peer {
  readonly name: string;
  readonly form: 'default' | 'tuned';
  /** The program that takes orders for it. */
  readonly command: readonly [program: string, ...args: string[]];
  /** It needs a Redis, which flushes its writes then; the others need PostgreSQL. */
  readonly redis?: AppendFsync;
}

/** What an order asks of a peer, beside its name. */
type Order = { readonly order: 'open' | 'wake' | 'sample' | 'verify' | 'rest' | 'close' | 'resume' } & Readonly<Record<string, unknown>>;

/** What a peer may answer; which part of it depends on the order. */
export interface Answer {
  readonly error?: string;
  /** Why it takes no part. */
  readonly leftOut?: string;
  /** Here this form does nothing that the default does not. */
  readonly same?: true;
  readonly versions?: readonly string[];
  /** A flow of fewer steps than asked for. */
  readonly length?: number;
  readonly ms?: number;
  readonly latenciesUs?: readonly number[];
  readonly calls?: number;
  readonly durable?: number;
  readonly called?: number;
}

/** A peer that ended when it was to answer. */
export class PeerEnded extends Error {
  override readonly name = 'PeerEnded';
  readonly signal: string | null;

  constructor(order: string, signal: string | null, complaints: string) {
    super(`it ended at '${order}': ${complaints.trim()}`);
    this.signal = signal;
  }
}

/** Nobody waits longer for an answer. */
const PATIENCE_MS = 120_000;

/** A process of its own for one peer, so that nobody's heap, timers or crash are somebody else's. */
export class PeerProcess {
  readonly #process: ChildProcess;
  readonly #answers: Interface;
  readonly #ended: Promise<unknown>;
  #complaints = '';

  constructor({ name, command: [program, ...args] }: Peer) {
    this.#process = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
    this.#ended = new Promise((resolve) => this.#process.once('close', resolve).once('error', resolve));
    this.#process.once('error', ({ message }) => {
      this.#complaints = message;
    });
    this.#process.stdin?.on('error', () => undefined);
    this.#process.stderr?.on('data', (text: Buffer) => {
      this.#complaints = `${this.#complaints}${text}`.slice(-2_000);
    });
    const answers = this.#process.stdio[3];
    if (!(answers instanceof Readable)) throw new Error(`${name} has no way to answer`);
    this.#answers = createInterface({ input: answers });
  }

  /** @throws Error when the peer fails, ends, or says nothing in time. */
  async ask(order: Order): Promise<Answer> {
    const patience = new AbortController();
    const line = once(this.#answers, 'line', { signal: patience.signal }) as Promise<[string]>;
    const timer = setTimeout(() => patience.abort(new Error(`no answer to '${order.order}' within ${PATIENCE_MS / 1_000} s`)), PATIENCE_MS);
    void this.#ended.then(() => patience.abort(new PeerEnded(order.order, this.#process.signalCode, this.#complaints)));
    try {
      this.#process.stdin?.write(`${JSON.stringify(order)}\n`);
      const [text] = await line;
      const answer = JSON.parse(text) as Answer;
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer;
    } catch (error) {
      throw patience.signal.aborted ? patience.signal.reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Until it has ended; by itself, or else with force. */
  async end(): Promise<void> {
    this.#process.stdin?.end();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 3_000);
    await this.#ended;
    clearTimeout(timer);
  }
}
