import type { FlowEvent } from '../../engine/index.js';
import { isFlowproofError } from '../../model/flowproof-error.js';
import { messageOf } from '../../model/in-words.js';
import type { Asked } from '../base/asked.js';
import { withoutPassword } from '../http/answers.js';
import type { EventStreams, Sent } from '../http/event-stream.js';
import { idIn, wrong } from './query.js';

/** `GET …/run/events`: what becomes of a run, from its journal, while somebody looks. */
export function eventsView({ app, query, headers, signal }: Asked, streams: EventStreams): Response {
  const { app: source } = app();
  const id = idIn(query);
  const after = afterIn(headers.get('last-event-id') ?? query.get('after'));
  return streams.of(
    (closed) => sent(source.follow(id, { signal: closed, ...(after === undefined ? {} : { after }) }), after ?? -1),
    signal,
  );
}

function afterIn(text: string | null): number | undefined {
  if (text === null || text === '' || text === '-1') return undefined;
  const after = Number(text);
  if (!Number.isInteger(after) || after < 0) throw wrong('after', 'the id of an event');
  return after;
}

/**
 * The id of what is sent is the step before it: whoever was cut off in the middle of a step gets all of that step again, and `begin` says from
 * where on that is.
 */
async function* sent(events: AsyncIterable<FlowEvent>, after: number): AsyncGenerator<Sent> {
  yield { event: 'begin', data: { after } };
  try {
    for await (const event of events) yield { event: 'step', data: shownEvent(event), id: String((event.seq ?? 0) - 1) };
    yield { event: 'end', data: {} };
  } catch (error) {
    const code = isFlowproofError(error) ? error.code : 'INTERNAL';
    yield {
      event: 'trouble',
      data: { code, message: isFlowproofError(error) ? withoutPassword(messageOf(error)) : 'it could not be read' },
    };
  }
}

/** An event of the journal, as far as the page needs it: which fields it has follows from its type. */
export interface ShownEvent {
  readonly type: FlowEvent['type'];
  readonly seq: number;
  readonly atMs: number;
  readonly epoch: number;
  readonly path?: string;
  readonly phase?: 'execute' | 'revert';
  readonly round?: number;
  readonly turn?: number;
  readonly attempt?: number;
  readonly state?: string;
  readonly oldState?: string;
  readonly resumed?: boolean;
  readonly durationMs?: number;
  readonly fraction?: number;
  /** Of a signal. */
  readonly name?: string;
  readonly heard?: boolean;
  readonly reason?: string;
  readonly failure?: { readonly name: string; readonly message: string; readonly code?: string };
}

/** Without values: they are where the run is shown, and may be large. */
function shownEvent(event: FlowEvent): object {
  const {
    result: _,
    details: __,
    data: ___,
    failure,
    runId: ____,
    flow: _____,
    ...plain
  } = event as FlowEvent & {
    readonly result?: unknown;
    readonly details?: unknown;
    readonly data?: unknown;
    readonly failure?: { readonly name: string; readonly message: string; readonly code?: string };
  };
  if (failure === undefined) return plain;
  const { name, message, code } = failure;
  return { ...plain, failure: { name, message: message.slice(0, 500), ...(code === undefined ? {} : { code }) } };
}
