import { BoardError } from '../../model/board-error.js';
import { type Clock, systemClock } from '../../model/clock.js';

/** Of `fetch`, what is used. */
export type Fetch = (
  url: string,
  init: { readonly method: string; readonly body: string; readonly headers: Record<string, string>; readonly signal: AbortSignal },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
  text(): Promise<string>;
}>;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface GatewayParts {
  /** Tried in turn: the next one after a failure. */
  readonly endpoints: readonly string[];
  readonly auth?: Credentials;
  readonly fetch: Fetch;
  /** What the server's clock was: an answer was made in the second that began then. */
  readonly heardDate: (atMs: number, sentAtMs: number) => void;
}

/** What etcd's codes of failures mean, which are gRPC's. */
const [INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAUTHENTICATED] = [3, 5, 7, 8, 12, 16];
const REFUSALS = [INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAUTHENTICATED];

/** etcd over its JSON gateway. Nothing is sent twice, but for a token that is not good any more: who asked knows what may be repeated. */
export class Gateway {
  readonly #parts: GatewayParts;
  readonly #clock: Clock = systemClock;
  readonly #closed = new AbortController();
  #endpoint = 0;
  #token: string | undefined;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  close(): void {
    this.#closed.abort();
  }

  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  /** @param ms a request that takes longer is given up, and the next one goes to another endpoint */
  async call<T>(path: string, body: object, ms: number): Promise<T> {
    if (this.#parts.auth !== undefined && this.#token === undefined) this.#token = await this.#authenticate(this.#parts.auth, ms);
    const used = this.#token;
    try {
      return await this.#send<T>(path, body, ms);
    } catch (error) {
      if (!(error instanceof EtcdError) || error.code !== UNAUTHENTICATED || used === undefined) throw asBoardError(error);
      if (this.#token === used) this.#token = undefined;
      this.#token ??= await this.#authenticate(this.#parts.auth as Credentials, ms);
      return await this.#send<T>(path, body, ms).catch((again: unknown) => Promise.reject(asBoardError(again)));
    }
  }

  /** Lines of an answer that does not end, each as it comes, until `signal` is aborted or the connection ends. */
  async stream(path: string, body: object, signal: AbortSignal, heard: (line: string) => void): Promise<void> {
    const answer = await this.#parts.fetch(this.#url(path), this.#request(body, AbortSignal.any([signal, this.#closed.signal])));
    let text = '';
    for await (const chunk of answer.body ?? []) {
      text += Buffer.from(chunk).toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      lines.forEach(heard);
    }
  }

  async #authenticate({ username, password }: Credentials, ms: number): Promise<string> {
    try {
      return (await this.#send<{ readonly token: string }>('auth/authenticate', { name: username, password }, ms)).token;
    } catch (error) {
      throw asBoardError(error);
    }
  }

  async #send<T>(path: string, body: object, ms: number): Promise<T> {
    const [timeout, sentAtMs] = [new AbortController(), this.#clock.monotonicMs()];
    const cancel = this.#clock.after(ms, () => timeout.abort(), { keepsAlive: false });
    const endpoint = this.#endpoint;
    try {
      const signal = AbortSignal.any([timeout.signal, this.#closed.signal]);
      const answer = await this.#parts.fetch(this.#url(path), this.#request(body, signal));
      const text = await answer.text();
      const atMs = Date.parse(answer.headers.get('date') ?? '');
      if (!Number.isNaN(atMs)) this.#parts.heardDate(atMs, sentAtMs);
      if (answer.status === 200) return JSON.parse(text) as T;
      throw errorOf(answer.status, text);
    } catch (error) {
      // Others have given it up already when they failed at the same time.
      if (!(error instanceof EtcdError && error.isAnswer) && this.#endpoint === endpoint) this.#endpoint++;
      throw error;
    } finally {
      cancel();
    }
  }

  #url(path: string): string {
    const { endpoints } = this.#parts;
    return `${endpoints[this.#endpoint % endpoints.length]}/v3/${path}`;
  }

  #request(body: object, signal: AbortSignal): Parameters<Fetch>[1] {
    const headers = { 'content-type': 'application/json', ...(this.#token !== undefined && { authorization: this.#token }) };
    return { method: 'POST', body: JSON.stringify(body), headers, signal };
  }
}

class EtcdError extends Error {
  override readonly name = 'EtcdError';
  constructor(
    message: string,
    readonly code: number,
    /** Whether a member that works says so. */
    readonly isAnswer: boolean,
  ) {
    super(message);
  }
}

function errorOf(status: number, text: string): EtcdError {
  let answer: { readonly error?: unknown; readonly message?: unknown; readonly code?: unknown } = {};
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    if (status === 404) return new EtcdError('there is no /v3 here: it takes etcd 3.4 or later', UNIMPLEMENTED, true);
  }
  const code = typeof answer.code === 'number' ? answer.code : -1;
  const message = String(answer.message ?? answer.error ?? `status ${status}`);
  return new EtcdError(message, code, [NOT_FOUND, ...REFUSALS].includes(code));
}

function asBoardError(error: unknown): unknown {
  if (!(error instanceof EtcdError)) return error;
  if (error.code === NOT_FOUND && error.message.includes('lease'))
    return new BoardError('BOARD_CLOSED', 'the session is over: join again', { cause: error });
  if (REFUSALS.includes(error.code)) return new BoardError('BOARD_REFUSED', `etcd refused: ${error.message}`, { cause: error });
  return error;
}
