import type { Clock } from '../../model/clock.js';
import type { Json } from '../../model/json.js';
import { Refusal } from '../base/refusal.js';
import { SECURITY_HEADERS } from './headers.js';

/** One event for the browser. */
export interface Sent {
  readonly event: string;
  readonly data: Json | object;
  /** From where it is gone on with when the connection was cut. */
  readonly id?: string;
}

/** So many may be open at once: each keeps a connection, and asks the store now and then. */
const MOST_OPEN = 100;
/** Proxies close what says nothing. */
const SILENCE_MS = 15_000;

/** Streams of events to browsers (server-sent events), as many as there may be. */
export class EventStreams {
  readonly #clock: Pick<Clock, 'after'>;
  #open = 0;

  constructor(clock: Pick<Clock, 'after'>) {
    this.#clock = clock;
  }

  /**
   * @param events begins when the first is asked for; is ended when nobody listens any more, by the signal
   * @throws Refusal when too many are open
   */
  of(events: (signal: AbortSignal) => AsyncIterable<Sent>, request: AbortSignal): Response {
    if (this.#open >= MOST_OPEN)
      throw new Refusal(503, 'TOO_MANY_STREAMS', `${MOST_OPEN} pages are followed already: close one`, { 'retry-after': '10' });
    this.#open++;
    const closing = new AbortController();
    const encoder = new TextEncoder();
    let stopTimer = (): void => undefined;
    let isClosed = false;
    const close = (): void => {
      if (isClosed) return;
      isClosed = true;
      this.#open--;
      stopTimer();
      request.removeEventListener('abort', close);
      closing.abort();
    };
    request.addEventListener('abort', close);
    const iterator = events(closing.signal)[Symbol.asyncIterator]();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const beat = (): void => {
          stopTimer = this.#clock.after(
            SILENCE_MS,
            () => {
              if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': still here\n\n'));
              beat();
            },
            { keepsAlive: false },
          );
        };
        controller.enqueue(encoder.encode('retry: 2000\n\n'));
        beat();
      },
      async pull(controller) {
        const next = await iterator.next();
        if (isClosed) return;
        if (next.done === true) {
          close();
          controller.close();
        } else controller.enqueue(encoder.encode(textOf(next.value)));
      },
      cancel: close,
    });
    if (request.aborted) close();
    return new Response(body, {
      headers: {
        ...SECURITY_HEADERS,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      },
    });
  }
}

function textOf({ event, data, id }: Sent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
