import { onTestFinished, vi } from 'vitest';
import type { Transport } from '../../src/contracts/index.js';
import {
  defineTask,
  type FlowEvent,
  flowproof,
  linear,
  memory,
  type Persistence,
  type TaskContext,
  type TaskSet,
  taskSet,
} from '../../src/index.js';
import { memoryTransport, withFaults } from '../../src/testing/index.js';
import { type RemoteOptions, remote } from '../../src/workers/index.js';
import { cutTransport } from './cut-transport.js';
import { startWorker } from './rig.js';

/** A call that is under way, or was: a line of the ledger. */
export interface Held {
  readonly by: string;
  readonly phase: 'execute' | 'revert';
  readonly attempt: number;
  readonly ctx: Pick<TaskContext, 'save' | 'progress' | 'heartbeat'>;
  readonly signal: AbortSignal;
  end(): void;
  fail(error: Error): void;
}

/** Tasks whose calls end when the test says so; each worker has a set of its own, so that it is known who made a call. */
export function ledgerSet(by: string, calls: Held[], version = 1): TaskSet<object> {
  return taskSet({ tasks: [heldTask('long', by, calls, { version }), heldTask('once', by, calls, ONCE), failing] });
}

const ONCE = { onInterrupted: 'revert' } as const;

function heldTask<Name extends string>(
  name: Name,
  by: string,
  calls: Held[],
  options: { version?: number; onInterrupted?: 'revert' } = {},
) {
  const held = (phase: Held['phase'], ctx: TaskContext): Promise<void> =>
    new Promise((resolve, reject) => {
      calls.push({ by, phase, attempt: ctx.attempt, ctx, signal: ctx.signal, end: resolve, fail: reject });
      ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason));
    });
  return defineTask({
    name,
    ...options,
    provides: ['madeBy'],
    execute: async (_: object, ctx: TaskContext) => {
      await held('execute', ctx);
      return { madeBy: by };
    },
    revert: (_: object, _outcome, ctx: TaskContext) => held('revert', ctx),
  });
}

const failing = defineTask({
  name: 'failing',
  requires: ['madeBy', 'isWell'],
  execute: ({ isWell }: { madeBy: string; isWell: boolean }) => {
    if (!isWell) throw new Error('not well');
  },
});

const long = heldTask('long', 'here', []);
export const story = linear('story').input<{ isWell: boolean }>().add(long).add(failing).build();
export const timed = linear('timed').add(long, { timeoutMs: 1_500 }).build();
/** Not called again where nobody knows what became of it. */
export const once = linear('onceOnly')
  .add(heldTask('once', 'here', [], ONCE))
  .build();
const flows = { story, timed, once };

interface Settings extends Partial<RemoteOptions> {
  readonly transport: Transport;
  readonly persistence?: Persistence;
}

/** An engine, with all that it has written, in words. */
export function engineOf({ persistence = memory(), ...options }: Settings) {
  const events: FlowEvent[] = [];
  const words: string[] = [];
  const watched = withFaults(persistence, (_, { transitions }) => {
    words.push(...transitions.map(([word]) => word));
    return 'pass';
  });
  const app = flowproof({
    ...{ persistence: watched, recover: false, graceMs: 200, flows: [story, timed, once] },
    executor: remote(options),
    onEvent: (event) => events.push(event),
  });
  onTestFinished(() => app.stop());
  const goOn = (name: keyof typeof flows = 'story', id = 'r') => {
    const running = app.resume(flows[name], id, { takeover: 'force' });
    running.catch(() => undefined);
    return running;
  };
  return { app, events, words, goOn };
}

interface LeftOptions extends Partial<RemoteOptions> {
  readonly flow?: keyof typeof flows;
  readonly inputs?: { readonly isWell: boolean };
  /** How many calls have begun by then: with the second one it goes back. */
  readonly until?: 1 | 2;
  /** How many calls the worker makes at once. */
  readonly concurrency?: number;
  /** What the worker reaches engines by. */
  readonly seen?: (transport: Transport) => Transport;
}

/** An engine that stands still while a worker has a call of it, and the next one. */
export async function left(options: LeftOptions = {}) {
  const { flow = 'story', inputs = { isWell: true }, until = 1, concurrency = 1, seen = (it) => it, ...settings } = options;
  const transport = memoryTransport();
  const [calls, persistence, gone] = [[] as Held[], memory(), cutTransport(transport)];
  const one = await startWorker(ledgerSet('one', calls), { transport: seen(transport), concurrency });
  const first = engineOf({ transport: gone, persistence });
  const lost = first.app
    .run(flows[flow] as never, { id: 'r', ...(flow === 'story' ? { inputs } : {}) } as never)
    .catch((why: unknown) => why);
  await vi.waitUntil(() => calls.length === 1);
  if (until === 2) calls[0]?.end();
  await vi.waitUntil(() => calls.length === until);
  gone.freeze();
  const next = (more: Partial<RemoteOptions> = {}) => engineOf({ transport, persistence, ...settings, ...more });
  return { transport, calls, persistence, gone, one, first, lost, next, second: next() };
}
