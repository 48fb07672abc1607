import type { Call, CallEnd, Executor, TaskRequest, Work } from '../calls/index.js';
import { jsonCodec } from '../model/codec/json-codec.js';
import { toFailure } from '../model/failure.js';
import { TaskSetMismatchError } from '../model/task-set-mismatch.js';
import { PlaceCallPort } from './place-call-port.js';
import type { FromPlace } from './protocol.js';
import { registryOf } from './serve.js';
import type { TaskSetDefinition } from './task-set-definition.js';
import { tracedCall } from './traced-call.js';

/** Makes the calls of a task set in this thread, with its own services, which are made once: as a place does, without any way between. */
export function inlineExecutor(set: TaskSetDefinition, concurrency: number): Executor {
  const codec = set.codec ?? jsonCodec;
  let services: object = {};
  let registry = registryOf(set, services);
  return {
    kind: 'inline',
    slots: { perRun: concurrency, limit: concurrency },
    async open() {
      try {
        services = (await set.services?.()) ?? {};
      } catch (thrown) {
        throw TaskSetMismatchError.unusable('the task set', toFailure(thrown));
      }
      registry = registryOf(set, services);
    },
    start(work: Work): Call {
      const request = work.request as TaskRequest;
      let isOver = false;
      const hear = (message: FromPlace): void => {
        if (isOver) return;
        if (message.say === 'save') answer(message.save, work.save(message.data));
        else if (message.say === 'beat') work.heartbeat();
        else if (message.say === 'progress') work.progress(message.fraction, message.details);
        else if (message.say === 'emit') work.emit(message.event, message.data === undefined ? undefined : codec.decode(message.data));
      };
      const port = new PlaceCallPort({ call: 0, request, send: hear, codec });
      const answer = (save: number, saved: Promise<void>): void => {
        saved.then(
          () => port.saved(save),
          (refused: Error) => port.saved(save, refused),
        );
      };
      const end = (async (): Promise<CallEnd> => {
        const ended = await tracedCall(set.telemetry, request, registry, port);
        port.close();
        isOver = true;
        return ended;
      })();
      return { end, abort: (reason) => port.abort(reason), kill: () => undefined };
    },
    close: async () => void (await set.close?.(services)),
  };
}
