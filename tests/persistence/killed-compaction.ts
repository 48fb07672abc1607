import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { file } from '../../src/persistence/index.js';
import { entriesOf } from '../conformance/journal/samples.js';
import type { RunProgram } from './child.js';

const SEGMENT_BYTES = 1_200;

/** How a process dies at one of the things that it does to the disk: before it, or, if it is a write, in the middle of it. */
type Death = 'before' | 'halfway';

/**
 * While the log is compacted, and just before the n-th thing that this does to the disk (counted by `meanwhile`): runs go
 * on, one that was begun before ends and is pruned, and a new one takes its key. Dies at the `deadly`-th thing.
 */
interface Scenario {
  readonly meanwhile: number;
  readonly deadly: number;
  readonly death: Death;
}

function program(directory: string, { meanwhile, deadly, death }: Scenario): string {
  return `
    import fs from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    let count, going, meanwhile, begins, opened = 0;
    const begun = new Promise((resolve) => { begins = resolve; });
    const die = () => process.kill(process.pid, 'SIGKILL');
    const step = async (name, half) => {
      if (count === undefined) return;
      const mine = ++count;
      if (name === 'open') opened++;
      if (mine >= ${meanwhile} && going === undefined) {
        going = meanwhile();
        begins();
        // The first file that is made is the next one of the log, for which all that writes waits.
        if (opened > 1) await going;
      }
      if (mine !== ${deadly}) return;
      if (${JSON.stringify(death)} === 'halfway' && half !== undefined) await half();
      if (${JSON.stringify(death)} === 'before' || half !== undefined) { die(); await new Promise(() => {}); }
    };
    for (const name of ['open', 'link', 'rename', 'rm', 'unlink']) {
      const real = fs[name];
      fs[name] = async (...args) => { if (name !== 'open' || args[1] !== 'r') await step(name); return real(...args); };
    }
    syncBuiltinESMExports();
    const probe = await fs.open(${JSON.stringify(directory)}, 'r');
    const handle = Object.getPrototypeOf(probe);
    await probe.close();
    for (const name of ['write', 'sync', 'datasync', 'truncate', 'writeFile', 'close']) {
      const real = handle[name];
      handle[name] = async function (...args) {
        const half = name === 'write' ? () => real.call(this, args[0], args[1], Math.ceil(args[2] / 2), args[3]) : undefined;
        await step(name, half);
        return real.apply(this, args);
      };
    }
    const { randomUUID } = await import('node:crypto');
    const { file, pruneAll } = await import('./persistence.mjs');
    const journal = file(${JSON.stringify(directory)}, { segmentBytes: ${SEGMENT_BYTES} }).connect();
    await journal.open();
    const shape = { fingerprint: 'f', atoms: [['a', 'task']], manifest: {} };
    const tell = (...words) => process.stdout.write(words.join(' ') + '\\n');
    const make = (key) => {
      const [runId, writer] = [randomUUID(), randomUUID()];
      const entry = (seq, transitions) => ({ runId, seq, epoch: 0, kind: 'step', writer, stepId: String(seq).padStart(12, '0'), format: 1, atMs: 1000, transitions });
      const created = ['CREATED', { key, flow: 'f', version: 1, fingerprint: 'f', inputs: {}, inputsHash: 'h' }];
      return {
        runId, key,
        async begin() {
          const run = { entry: entry(0, [created]), key, flow: 'f', version: 1, inputsHash: 'h', state: 'RUNNING', owner: writer, shape };
          if ((await journal.createRun(run)).kind === 'created') tell('kept', key, runId, 0);
        },
        async append(seq, state) {
          const [{ kind }] = await journal.append([{ entry: entry(seq, [['RUNNING', 0]]), durability: 'full', ...(state ? { summary: { state, owner: null } } : {}) }]);
          if (kind === 'ok') tell(state ? 'ended' : 'kept', key, runId, seq);
        },
      };
    };
    const prune = () => pruneAll(journal, { endedBeforeMs: 2000, onBatch: (ids) => ids.forEach((id) => tell('gone', '-', id)) });
    const [kept, long] = [make('kept'), make('long')];
    await kept.begin(); await kept.append(1); await long.begin(); await long.append(1);
    for (let n = 0; n < 8; n++) { const one = make('short-' + n); await one.begin(); await one.append(1, 'SUCCESS'); }
    meanwhile = async () => {
      await Promise.all([kept.append(2), long.append(2, 'SUCCESS'), journal.send({ id: 'm-1', runId: kept.runId, kind: 'suspend' }).then(() => tell('sent', '-', kept.runId))]);
      await prune();
      await Promise.all([kept.append(3), make('long').begin()]);
    };
    count = 0;
    await prune();
    await begun;
    await going;
    await journal.close();
    tell('done', '-', '-', count);
    process.exit(0);`;
}

/** Dies at each thing that it does to the disk, and in the middle of each write. @returns how many deaths that were */
export async function dieEverywhere(run: RunProgram, directory: string, meanwhile: number): Promise<number> {
  let deaths = 0;
  for (let deadly = 1; deadly < 100; deadly++) {
    for (const death of ['before', 'halfway'] as const) {
      const done = await dieWhileCompacting(run, directory, { meanwhile, deadly, death });
      if (done === undefined) deaths++;
      else if (death === 'before' && done < deadly) return deaths;
    }
  }
  throw new Error('it never came to its end');
}

/** Runs it, lets it die, and looks at what it left. @returns how many things it did to the disk, if it came to its end */
async function dieWhileCompacting(run: RunProgram, directory: string, scenario: Scenario): Promise<number | undefined> {
  const store = join(directory, randomUUID());
  await mkdir(store);
  const child = await run(program(store, scenario));
  const tails = new Map<string, number>();
  const keys = new Map<string, string>();
  const ended = new Set<string>();
  const gone = new Set<string>();
  const sent = new Set<string>();
  let done: number | undefined;
  for await (const line of child.lines()) {
    const [what, key = '', runId = '', seq] = line.split(' ');
    if (what === 'done') done = Number(seq);
    else if (what === 'gone') gone.add(runId);
    else if (what === 'sent') sent.add(runId);
    else {
      tails.set(runId, Number(seq));
      keys.set(runId, key);
      if (what === 'ended') ended.add(runId);
    }
  }
  for (let times = 0; times < 2; times++) {
    const journal = file(store, { segmentBytes: SEGMENT_BYTES }).connect();
    await journal.open();
    for (const runId of gone) expect(await journal.find({ runId })).toBeUndefined();
    for (const [runId, tail] of tails) {
      if (gone.has(runId)) continue;
      const found = await journal.find({ runId });
      // What was pruned without a word about it is gone as a whole.
      if (found === undefined) expect(ended).toContain(runId);
      if (found === undefined) continue;
      const seqs = (await entriesOf(journal, runId)).map(({ seq }) => seq);
      expect(seqs).toEqual(Array.from({ length: Math.max(tail + 1, seqs.length) }, (_, seq) => seq));
      expect((await journal.find({ key: keys.get(runId) ?? '' }))?.runId).toBe(runId);
      if (sent.has(runId)) expect((await journal.load(runId))?.inbox).toMatchObject([{ id: 'm-1' }]);
    }
    for (const run of (await journal.runs({})).runs) expect((await entriesOf(journal, run.runId)).length).toBeGreaterThan(0);
    await journal.close();
  }
  return done;
}
