import { onTestFinished, vi } from 'vitest';
import type { Transport } from '../../src/contracts/index.js';
import { type FlowEvent, flowproof, memory, type Persistence } from '../../src/index.js';
import { memoryTransport, withFaults } from '../../src/testing/index.js';
import { type RemoteOptions, remote } from '../../src/workers/index.js';
import { cutTransport } from './cut-transport.js';
import { flows, type Held, ledgerSet, once, story, timed } from './ledger-flows.js';
import { startWorker } from './rig.js';

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
