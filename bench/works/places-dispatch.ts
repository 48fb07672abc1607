import { spawn } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { jsonCodec } from 'flowproof';
import type { CallRequest, Work as CallWork } from 'flowproof/contracts';
import { type System, timed, type Work } from '../harness.js';

const MODULE = new URL('./places-tasks.js', import.meta.url);
const ECHO = {
  threads: `import('node:worker_threads').then(({ parentPort }) => parentPort.on('message', (m) => parentPort.postMessage(m)));`,
  processes: `process.on('message', (m) => process.send(m));`,
};

const REQUEST: CallRequest = {
  of: 'task',
  phase: 'execute',
  ...{ task: 'nothing', version: 1, runId: 'r', key: 'r', flow: 'f', fingerprint: 'x', path: 'f/nothing' },
  ...{ round: 1, turn: 1, attempt: 1, idempotencyKey: 'k', fence: 0, atom: 0, inputs: {} },
};

/** A call of a task that does nothing, there and back, without an engine. Raw: its request, echoed by a bare thread or process. */
export function placesDispatch(kind: keyof typeof ECHO): Work {
  return {
    name: `${kind}-dispatch`,
    unit: 'call',
    target: 1.5,
    async open({ quick }) {
      const calls = quick ? 2_000 : 10_000;
      const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now(), after: () => () => undefined };
      const { [kind]: places } = await import('flowproof');
      // A place that is renewed takes as long as thousands of calls.
      const executor = places(MODULE, { size: 1, maxCalls: Number.POSITIVE_INFINITY }).make({ clock, codec: jsonCodec, graceMs: 1_000 });
      await executor.open?.([]);
      const work: CallWork = {
        request: REQUEST,
        callHere: () => {
          throw new Error('it is called elsewhere');
        },
        save: () => Promise.resolve(),
        progress: () => undefined,
        heartbeat: () => undefined,
        emit: () => undefined,
      };
      const ours: System = {
        name: 'flowproof',
        sample: () =>
          timed(calls, async () => {
            for (let call = 0; call < calls; call++) await executor.start(work).end;
          }),
        close: async () => executor.close?.(),
      };
      return [kind === 'threads' ? echoingThread(calls) : echoingProcess(calls), ours];
    },
  };
}

function echoingThread(calls: number): System {
  const worker = new Worker(ECHO.threads, { eval: true });
  return echoing(
    calls,
    (heard) => worker.on('message', heard),
    () => worker.postMessage(REQUEST),
    async () => void (await worker.terminate()),
  );
}

function echoingProcess(calls: number): System {
  const child = spawn(process.execPath, ['-e', ECHO.processes], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return echoing(
    calls,
    (heard) => child.on('message', heard),
    () => child.send(REQUEST),
    async () => void child.kill(),
  );
}

function echoing(calls: number, listen: (heard: () => void) => void, send: () => void, close: () => Promise<void>): System {
  let heard: () => void = () => undefined;
  listen(() => heard());
  const call = (): Promise<void> =>
    new Promise((resolve) => {
      heard = resolve;
      send();
    });
  return {
    name: 'raw',
    sample: () =>
      timed(calls, async () => {
        for (let done = 0; done < calls; done++) await call();
      }),
    close,
  };
}
