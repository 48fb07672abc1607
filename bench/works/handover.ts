import { conductor, flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import type { Sample, System, Work } from '../harness.js';
import { aborted, held } from '../held-flow.js';
import { RawLeases } from '../raw-leases.js';

/** Nothing ends by itself while it is measured. */
const LEASE_MS = 60_000;

/**
 * A conductor stops while a task of its job is under way, another one is idle. `flowproof`: `stop()` is called as the task ends; from the
 * call until the next task begins at the other one. `flowproof-aborted`: `stop({ graceMs: 0 })` aborts the signal of the task, which heeds
 * it; until the same task begins there. Raw: a row is given back with a NOTIFY, heard by who claims it.
 */
export const handover: Work = {
  name: 'handover',
  unit: 'handover',
  async open({ postgres }) {
    const { url } = await postgres();
    return [await raw(url), ours('flowproof', url), ours('flowproof-aborted', url)];
  },
};

async function raw(url: string): Promise<System> {
  const [first, second] = [await RawLeases.connect(url), await RawLeases.connect(url)];
  await second.client.query('listen raw_leased');
  return {
    name: 'raw',
    async sample() {
      await first.post();
      const id = await first.claim(LEASE_MS);
      if (id === undefined) throw new Error('what was posted is not there');
      const heard = new Promise<void>((resolve) => void second.client.once('notification', () => resolve()));
      const from = performance.now();
      await first.giveBack(id);
      await heard;
      if ((await second.claim(LEASE_MS)) !== id) throw new Error('what was given back is not there');
      const ms = performance.now() - from;
      await second.done(id);
      return { units: 1, ms };
    },
    async close() {
      await first.close();
      await second.close();
    },
  };
}

function ours(name: string, url: string): System {
  const isAborted = name === 'flowproof-aborted';
  return {
    name,
    async sample(): Promise<Sample> {
      const [begins, ends, goesOn] = [new Moment(), new Moment(), new Moment()];
      const open = (services: { begun: (task: 'first' | 'second') => void; held: (signal: AbortSignal) => Promise<void> }) =>
        flowproof({ persistence: postgres(url), flows: [held], services, recover: false });
      await using one = open({ begun: () => begins.comes(), held: (signal) => (isAborted ? aborted(signal) : ends.come) });
      const awaited = isAborted ? 'first' : 'second';
      await using other = open({ begun: (task) => (task === awaited ? goesOn.comes() : undefined), held: async () => undefined });
      await using stopping = conductor(one);
      await stopping.start();
      const handle = await one.post(held);
      await begins.come;
      await using works = conductor(other);
      await works.start();
      const from = performance.now();
      const stopped = stopping.stop({ mode: 'handover', ...(isAborted && { graceMs: 0 }) });
      ends.comes();
      await goesOn.come;
      const ms = performance.now() - from;
      await stopped;
      const { state } = await other.handle(handle.id).result();
      if (state !== 'SUCCESS') throw new Error(`the job ended ${state}`);
      return { units: 1, ms };
    },
  };
}

class Moment {
  comes: () => void = () => undefined;
  readonly come = new Promise<void>((resolve) => {
    this.comes = resolve;
  });
}
