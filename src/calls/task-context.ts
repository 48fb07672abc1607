import type { TaskContext } from '../authoring/index.js';
import { inWords } from '../model/in-words.js';
import type { CallPort } from './port.js';
import type { CallRegistry } from './registry.js';
import type { TaskRequest } from './request.js';

/** What a task sees of its run: plain data, so that it can be spread and wrapped. */
export function taskContext(request: TaskRequest, { services, codec }: CallRegistry, port: CallPort): TaskContext<object> {
  const { key, path, attempt, idempotencyKey, fence } = request;
  return {
    services,
    signal: port.signal,
    runId: key,
    path,
    attempt,
    idempotencyKey,
    revertKey: `${idempotencyKey}-revert`,
    fence,
    saved: request.saved === undefined ? undefined : codec.decode(request.saved),
    save: (data: unknown) => saving(() => port.save(codec.encode(data))),
    progress: (fraction, details) => port.progress(fractionIn(fraction), details === undefined ? undefined : codec.encode(details)),
    emit: (event, data?: unknown) => port.emit(nameIn(event), data),
    '~flowproof': port.transaction,
  } as TaskContext<object>;
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
