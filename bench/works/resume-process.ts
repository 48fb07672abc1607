/** The process that is killed, and the one that goes on: `node resume-process.js system url id start|resume`. */
import { flowproof, isFlowproofError } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { type Watch, watchedChain } from '../flows.js';
import { RawJournal } from '../raw-journal.js';
import { advance, FIRST } from '../steps.js';
import { KILLED_IN, STEPS } from './resume-after-kill.js';

/** What the process that went on prints. */
export interface ResumeReport {
  /** From connected to done. */
  readonly ms: number;
  /** How many steps it called. */
  readonly called: number;
}

const [system = '', url = '', id = '', phase = ''] = process.argv.slice(2);
let called = 0;
const watch: Watch = {
  called(n) {
    called++;
    if (phase === 'start' && n === KILLED_IN) process.kill(process.pid, 'SIGKILL');
  },
};
const ms = system === 'raw' ? await rawLoop() : await ours();
console.log(JSON.stringify({ ms, called } satisfies ResumeReport));

async function rawLoop(): Promise<number> {
  const journal = await RawJournal.connect(url);
  const ready = performance.now();
  if (phase === 'start') await journal.begin(id);
  const last = (await journal.steps(id)).at(-1);
  let value = last?.output ?? FIRST;
  for (let n = (last?.seq ?? 0) + 1; n <= STEPS; n++) {
    watch.called(n);
    value = await advance(value);
    await journal.step(id, n, value);
  }
  await journal.end(id, 'SUCCESS');
  const ms = performance.now() - ready;
  await journal.close();
  return ms;
}

async function ours(): Promise<number> {
  const flow = watchedChain('killed', STEPS);
  await using app = flowproof({ persistence: postgres(url), flows: [flow], services: { watch } });
  // Apps connect on first use.
  await app.suspend('nobody').catch((error: unknown) => {
    if (!isFlowproofError(error, 'RUN_NOT_FOUND')) throw error;
  });
  const ready = performance.now();
  // What a restarted program does: the same call again. That the old process is dead is for the library to find out.
  const isForced = system === 'flowproof-forced' && phase === 'resume';
  const { state } = isForced ? await app.resume(flow, id, { takeover: 'force' }) : await app.run(flow, { id, inputs: { v0: FIRST } });
  if (state !== 'SUCCESS') throw new Error(`the run ended ${state}`);
  return performance.now() - ready;
}
