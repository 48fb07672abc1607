import type { TaskContext } from '../authoring/index.js';
import { inWords } from '../model/in-words.js';
import type { CallPort } from './port.js';
import type { CallRegistry } from './registry.js';
import type { TaskRequest } from './request.js';

/** What a task sees of its run: plain data, so that it can be spread and wrapped. */
export function taskContext(request: TaskRequest, { services, codec }: CallRegistry, port: CallPort): TaskContext<object> {
  const { key, path, turn, attempt, idempotencyKey, fence } = request;
  const context = {
    services,
    signal: port.makesSignal === true ? undefined : port.signal,
    runId: key,
    path,
    turn,
    attempt,
    idempotencyKey,
    revertKey: `${idempotencyKey}-revert`,
    fence,
    deadlineAtMs: port.deadlineAtMs,
    saved: request.saved === undefined ? undefined : codec.decode(request.saved),
    save: (data: unknown) => saving(() => port.save(codec.encode(data))),
    progress: (fraction, details) => port.progress(fractionIn(fraction), details === undefined ? undefined : codec.encode(details)),
    heartbeat: () => port.heartbeat(),
    emit: (event, data?: unknown) => port.emit(nameIn(event), data),
    '~flowproof': port.transaction,
  } as TaskContext<object>;
  return port.makesSignal === true ? makingSignal(context, port) : context;
}

/** A context whose signal is made when it is asked for. */
interface MakingSignal {
  [PORT]?: CallPort;
}

const PORT = Symbol('port');
/** One for all: an object that is given a function of its own as getter takes as long as all else of a call. */
const SIGNAL = {
  enumerable: true,
  get(this: MakingSignal) {
    return this[PORT]?.signal;
  },
};

function makingSignal(context: TaskContext<object> & MakingSignal, port: CallPort): TaskContext<object> {
  context[PORT] = port;
  return Object.defineProperty(context, 'signal', SIGNAL);
}

/** A task that does not await it, such as one whose run is given up while it saves, is not to end the process. */
function saving(save: () => Promise<void>): Promise<void> {
  const saved = (async () => save())();
  saved.catch(() => undefined);
  return saved;
}

/** Anything can be given in the place of a number or text; to make one of it could call code, or take for ever. */
function fractionIn(given: unknown): number {
  const fraction = typeof given === 'number' || typeof given === 'string' ? Number(given) : 0;
  return Math.min(1, Math.max(0, fraction || 0));
}

function nameIn(given: unknown): string {
  return typeof given === 'string' ? given : inWords(given);
}
