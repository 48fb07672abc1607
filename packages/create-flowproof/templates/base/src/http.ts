import { isFlowproofError } from 'flowproof';
import { app } from './app.js';

const STATUS: Readonly<Record<string, number>> = {
  INVALID_INPUT: 400,
  RUN_NOT_FOUND: 404,
  RUN_CONFLICT: 409,
  RUN_ENDED: 409,
  STORE_UNREACHABLE: 503,
  APP_STOPPED: 503,
};

/** The response to what went wrong with a run; nothing for what is none of flowproof's errors. */
export function failureOf(error: unknown): { status: number; body: { code: string; message: string } } | undefined {
  if (!isFlowproofError(error)) return undefined;
  return { status: STATUS[error.code] ?? 500, body: { code: error.code, message: error.message } };
}

/** A run as callers see it: not all that it was given. */
export async function viewOf(id: string) {
  const { state, atoms, results, failures } = await app.inspect(id);
  return {
    id,
    state,
    steps: atoms.map(({ path, state, progress }) => ({ path, state, progress })),
    failures: failures.map(({ path, failure }) => ({ path, message: failure.message })),
    ...(results && { results }),
  };
}

/**
 * What becomes of a run, as a browser's `EventSource` reads it: from the beginning, or after the event that it had last. The last one
 * is called `end`; whoever listens then calls `close()`, or the browser connects again.
 *
 * @throws RunNotFoundError before anything is sent
 */
export async function eventsOf(id: string, lastEventId: string | null | undefined, signal: AbortSignal): Promise<AsyncIterable<string>> {
  await app.handle(id).state();
  const after = /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : -1;
  return (async function* () {
    try {
      for await (const event of app.follow(id, { after, signal })) {
        const { type, seq, atMs } = event;
        const path = 'path' in event ? event.path : undefined;
        const state = 'state' in event ? event.state : undefined;
        yield `id: ${seq}\ndata: ${JSON.stringify({ type, path, state, atMs })}\n\n`;
      }
      if (!signal.aborted) yield 'event: end\ndata: {}\n\n';
    } catch (error) {
      // The server stops: the browser connects again, to the next one, and says where it was.
      if (!isFlowproofError(error, 'APP_STOPPED')) throw error;
    }
  })();
}
