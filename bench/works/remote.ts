import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { jsonCodec } from 'flowproof';
import type { CallRequest, Work as CallWork } from 'flowproof/contracts';
import { rabbitmq } from 'flowproof/rabbitmq';
import { remote } from 'flowproof/workers';
import { BROKER_PACKAGES, whyNoBroker } from '../../scripts/broker-programs.js';
import { type Carried, countedTransport } from '../counted-transport.js';
import { type System, timed, type Work } from '../harness.js';
import { rawCaller } from '../raw-remote.js';

const PROGRAM = fileURLToPath(new URL('./remote-worker.js', import.meta.url));

const requestOf = (task: string, call: number): CallRequest => ({
  of: 'task',
  phase: 'execute',
  ...{ task, version: 1, runId: 'r', key: 'r', flow: 'f', fingerprint: 'x', path: `f/${task}` },
  ...{ round: 1, turn: 1, attempt: 1, idempotencyKey: `k${call}`, fence: 0, atom: 0, inputs: {} },
});

interface Shape {
  readonly name: string;
  readonly workers: number;
  readonly calls: number;
  readonly quickCalls: number;
  readonly target: number;
  /** One call after the other, or all at once. */
  readonly atOnce: boolean;
}

/**
 * Calls of a task that does nothing, by workers that are processes, without an engine. Raw: the same request by the same client, with the same
 * promises of the broker.
 */
function calls({ name, workers, calls, quickCalls, target, atOnce }: Shape): Work {
  return {
    ...{ name, target, unit: 'call', missing },
    async open({ quick, broker }) {
      if (broker === undefined) throw new Error(`nobody starts a broker for ${name}`);
      const { url } = await broker();
      const count = quick ? quickCalls : calls;
      return [await raw(url, workers, count, atOnce), await ours('flowproof', url, { workers, count, atOnce, task: 'nothing' })];
    },
  };
}

export const remoteRpc = calls({ name: 'remote-rpc', workers: 1, calls: 1_000, quickCalls: 200, target: 1.5, atOnce: false });
export const remoteFanout = calls({ name: 'remote-fanout-1000', workers: 4, calls: 1_000, quickCalls: 1_000, target: 1.5, atOnce: true });

/** Calls of a task that waits for 20 ms, by four workers. Raw: by one of them. */
export const remoteScaling: Work = {
  ...{ name: 'remote-scaling', target: 1 / 3.5, unit: 'call', missing },
  async open({ quick, broker }) {
    if (broker === undefined) throw new Error('nobody starts a broker for remote-scaling');
    const { url } = await broker();
    const shape = { count: quick ? 400 : 1_000, atOnce: true, task: 'waiting', concurrency: 4 };
    return [await ours('raw', url, { ...shape, workers: 1 }), await ours('flowproof', url, { ...shape, workers: 4 })];
  },
};

function missing(): string | undefined {
  const why = whyNoBroker('rabbitmq');
  return why === undefined ? undefined : `${why} (Debian's ${BROKER_PACKAGES.rabbitmq})`;
}

async function start(kind: 'raw' | 'ours', url: string, name: string, workers: number, concurrency = 16): Promise<() => Promise<void>> {
  const processes: ChildProcess[] = [];
  for (let at = 0; at < workers; at++) {
    const child = fork(PROGRAM, [kind, url, name, String(concurrency)]);
    await once(child, 'message');
    processes.push(child);
  }
  return async () => {
    for (const child of processes) child.kill('SIGKILL');
  };
}

async function each(count: number, atOnce: boolean, call: (n: number) => Promise<unknown>): Promise<void> {
  if (atOnce) await Promise.all(Array.from({ length: count }, (_, n) => call(n)));
  else for (let n = 0; n < count; n++) await call(n);
}

async function raw(url: string, workers: number, count: number, atOnce: boolean): Promise<System> {
  const name = `raw-${randomUUID()}`;
  const caller = await rawCaller(url, name);
  const end = await start('raw', url, name, workers);
  return {
    name: 'raw',
    sample: () => timed(count, () => each(count, atOnce, (n) => caller.call(requestOf('nothing', n)))),
    async close() {
      await caller.close();
      await end();
    },
  };
}

interface Ours {
  readonly workers: number;
  readonly count: number;
  readonly atOnce: boolean;
  readonly task: string;
  readonly concurrency?: number;
}

async function ours(system: string, url: string, { workers, count, atOnce, task, concurrency }: Ours): Promise<System> {
  const prefix = `bench-${randomUUID()}`;
  const end = await start('ours', url, prefix, workers, concurrency);
  const carried: Carried = { messages: 0, bytes: 0 };
  const transport = countedTransport(rabbitmq(url, { prefix }), carried);
  const executor = remote({ transport, tasks: 'bench' }).make({ clock, codec: jsonCodec, graceMs: 1_000 });
  await executor.open?.([]);
  let made = 0;
  const call = async (): Promise<void> => {
    const one = executor.start(workOf(requestOf(task, ++made)));
    await one.end;
    // As an engine says when the step is durable.
    one.recorded?.();
  };
  return {
    name: system,
    sample: () => timed(count, () => each(count, atOnce, call)),
    remarks: async () => [
      `${(carried.messages / made).toFixed(2)} messages and ${Math.round(carried.bytes / made)} bytes a call, at the caller`,
    ],
    async close() {
      await executor.close?.();
      await end();
    },
  };
}

const clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms: number, act: () => void) {
    const timer = setTimeout(act, ms).unref();
    return () => clearTimeout(timer);
  },
};

const workOf = (request: CallRequest): CallWork => ({
  request,
  callHere: () => {
    throw new Error('it is called elsewhere');
  },
  save: () => Promise.resolve(),
  progress: () => undefined,
  heartbeat: () => undefined,
  emit: () => undefined,
});
