import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { conductor, flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import type { Sample, System, Work } from '../harness.js';
import { held } from '../held-flow.js';
import { RawLeases } from '../raw-leases.js';

/** Of both: after so long a silence others may take what somebody has. */
export const LEASE_MS = 2_000;
/** How often the loop by hand looks for a job. */
const EVERY_MS = 10;

/**
 * A process is killed as its job begins: from then until the job begins in another one, which is idle. Raw: a row that is free when its
 * lease is over, and a loop that looks every 10 ms: it waits for a whole lease.
 *
 * @param program what is killed
 */
export function recovery(program = fileURLToPath(new URL('./recovery-process.js', import.meta.url))): Work {
  return {
    name: 'recovery',
    unit: 'recovery',
    async open({ postgres }) {
      const { url } = await postgres();
      return [await raw(url, program), ours(url, program)];
    },
  };
}

async function raw(url: string, program: string): Promise<System> {
  const jobs = await RawLeases.connect(url);
  return {
    name: 'raw',
    async sample() {
      const victim = new Victim(program, ['raw', url, String(LEASE_MS)]);
      try {
        await victim.says('ready');
        await jobs.post();
        await victim.says('begun');
        const from = victim.kill();
        for (;;) {
          const id = await jobs.claim(LEASE_MS);
          const ms = performance.now() - from;
          if (id === undefined) {
            await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
            continue;
          }
          await jobs.done(id);
          return { units: 1, ms };
        }
      } finally {
        await victim.gone();
      }
    },
    close: () => jobs.close(),
  };
}

function ours(url: string, program: string): System {
  return {
    name: 'flowproof',
    async sample(): Promise<Sample> {
      const victim = new Victim(program, ['flowproof', url, String(LEASE_MS)]);
      try {
        await victim.says('ready');
        let begun = (): void => undefined;
        const begins = new Promise<void>((resolve) => {
          begun = resolve;
        });
        const services = { begun: (task: string) => (task === 'first' ? begun() : undefined), held: async () => undefined };
        await using app = flowproof({ persistence: postgres(url), flows: [held], services, recover: false, leaseMs: LEASE_MS });
        const handle = await app.post(held);
        await victim.says('begun');
        await using works = conductor(app);
        await works.start();
        const from = victim.kill();
        await begins;
        const ms = performance.now() - from;
        const { state } = await handle.result();
        if (state !== 'SUCCESS') throw new Error(`the job ended ${state}`);
        return { units: 1, ms };
      } finally {
        await victim.gone();
      }
    },
    remarks: async () => [`leases of ${LEASE_MS} ms, for both`],
  };
}

/** A process that tells how far it is. */
class Victim {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #lines: AsyncIterator<string>;

  constructor(program: string, args: readonly string[]) {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    this.#exited = once(child, 'exit');
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error when it says something else, or ends */
  async says(word: string): Promise<void> {
    const { value } = await this.#lines.next();
    if (value !== word) throw new Error(`the process that is to be killed says ${value}, not ${word}`);
  }

  /** @returns when */
  kill(): number {
    this.#child.kill('SIGKILL');
    return performance.now();
  }

  async gone(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
