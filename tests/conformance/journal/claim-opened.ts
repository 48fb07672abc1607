import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { randomIds } from '../../../src/model/ids.js';
import type { ClaimRunsParams, Journal, Opening, RunCreation, Transition } from '../../../src/persistence/index.js';
import type { JournalCase } from './rig.js';
import { appendOne, entriesOf, type SampleOptions, type SampleRun, sampleRun, shape } from './samples.js';

const LONG_MS = 60_000;
const ids = randomIds();

const FIRST: readonly Transition[] = [
  ['TAKEOVER', []],
  ['RUN', 'RUNNING'],
  ['RUNNING', 1],
];
const OF: Opening = { flow: 'provision', fingerprint: shape.fingerprint, transitions: FIRST };

function params(owner: string, more: Partial<ClaimRunsParams> = {}, of: readonly Opening[] = [OF]) {
  const openings = { writer: ids.unique(), stepId: ids.stepId(), atMs: 1_763_700_009_000, of };
  return { owner, flows: ['provision'], limit: 100, format: 2, maxLosses: 5, thorough: false, openings, ...more };
}

async function lives(journal: Journal): Promise<string> {
  const owner = sampleRun().writer;
  await journal.tick({ owner, leaseMs: LONG_MS, watch: [] });
  return owner;
}

/** A posted run as an engine leaves it: with its creation, and nothing else. */
async function posted(journal: Journal, more: SampleOptions = {}, creation: Partial<RunCreation> = {}): Promise<SampleRun> {
  const run = sampleRun({ state: 'PENDING', owner: null, delayMs: 0, ...more });
  const [created] = run.create.entry.transitions;
  if (created?.[0] !== 'CREATED') throw new Error('the sample does not begin with its creation');
  await journal.createRun({ ...run.create, entry: { ...run.create.entry, transitions: [['CREATED', { ...created[1], ...creation }]] } });
  return run;
}

/** A store that writes nothing with claims has claimed it all the same. */
export const claimOpenedCases: readonly JournalCase[] = [
  {
    name: 'what a claim begins is there as its claimer is given it, and goes on from there; what it does not begin is only claimed',
    async run({ journal, reopen }) {
      const [run, other] = [await posted(journal), await posted(journal, { flow: 'other' })];
      const owner = await lives(journal);
      const asked = params(owner, { flows: ['provision', 'other'] });
      const { claimed } = await journal.claim(asked);
      expect(claimed.map(({ runId, losses }) => [runId, losses])).toEqual([
        [run.runId, 0],
        [other.runId, 0],
      ]);
      expect(claimed[1]).not.toHaveProperty('opened');
      expect(await journal.find({ runId: other.runId })).toMatchObject({ state: 'PENDING', owner: { id: owner }, takes: 1 });
      const opened = claimed[0]?.opened;
      if (opened === undefined) return expect(await entriesOf(journal, run.runId)).toHaveLength(1);
      const { writer, stepId, atMs } = asked.openings;
      expect(opened.begun).toMatchObject({ runId: run.runId, seq: 1, epoch: 1, writer, stepId, atMs, format: 1, transitions: FIRST });
      expect(await entriesOf(journal, run.runId)).toEqual([opened.created, opened.begun]);
      expect(claimed[0]).toMatchObject({ state: 'RUNNING', owner: { id: owner, alive: true } });
      expect(await journal.find({ runId: run.runId })).toMatchObject({ state: 'RUNNING', owner: { id: owner } });
      expect(await journal.find({ runId: run.runId })).not.toHaveProperty('takes');
      const end = { transitions: [['RUN', 'SUCCESS']] as Transition[], epoch: 1, summary: { state: 'SUCCESS' as const, owner: null } };
      expect(await appendOne(journal, run.by(writer).item(2, end))).toBe('ok');
      const again = await reopen();
      expect((await again.find({ runId: run.runId }))?.state).toBe('SUCCESS');
      expect(await entriesOf(again, run.runId)).toHaveLength(3);
    },
  },
  {
    name: 'a run that needs more than its flow to begin is only claimed',
    async run({ journal }) {
      const owner = await lives(journal);
      const big = randomBytes(24_000).toString('base64');
      const runs = {
        ofAnotherFlow: await posted(journal, { shape: { ...shape, fingerprint: 'sample-2' } }),
        withADeadline: await posted(journal, {}, { deadlineMs: 5_000 }),
        withMuch: await posted(journal, { inputs: { big } }),
        sealed: await posted(journal, {}, { inputs: { imageId: { '~sealed': 'v1.x' } } }),
        withMessage: await posted(journal),
        withSteps: await posted(journal),
      };
      await journal.send({ id: 'm', runId: runs.withMessage.runId, kind: 'cancel' });
      const { item } = runs.withSteps;
      await appendOne(journal, item(1, { transitions: [['TAKEOVER', []]], summary: { state: 'PENDING', owner: null, wakeAtMs: 1_000 } }));
      const { claimed } = await journal.claim(params(owner));
      expect(claimed.map(({ runId, state, opened }) => [runId, state, opened]).sort()).toEqual(
        Object.values(runs)
          .map(({ runId }) => [runId, 'PENDING', undefined])
          .sort(),
      );
    },
  },
  {
    name: 'a run that is left alone, since too many claims of it died, is not begun',
    async run({ journal }) {
      const run = await posted(journal);
      const owner = await lives(journal);
      const { claimed, poisoned } = await journal.claim(params(owner, { maxLosses: 0 }));
      expect([claimed, poisoned.map(({ runId, state }) => [runId, state])]).toEqual([[], [[run.runId, 'PENDING']]]);
      expect(await entriesOf(journal, run.runId)).toHaveLength(1);
    },
  },
  {
    name: 'what claims without an answer have begun is brought by a thorough one that names them, until it goes on',
    async run({ journal }) {
      const run = await posted(journal);
      const owner = await lives(journal);
      const lost = params(owner);
      const isBegun = (await journal.claim(lost)).claimed[0]?.opened !== undefined;
      const look = async (unanswered: readonly string[], who = owner) => {
        const { openings: _, ...rest } = params(who, { flows: [], thorough: true, unanswered });
        return (await journal.claim(rest)).owned.map(({ runId, opened }) => [runId, opened]);
      };
      expect(await look([ids.unique(), lost.openings.writer])).toEqual([[run.runId, undefined]]);
      if (!isBegun) return;
      expect(await look([])).toEqual([]);
      expect(await look([ids.unique()])).toEqual([]);
      expect(await look([lost.openings.writer], await lives(journal))).toEqual([]);
      await appendOne(journal, run.item(2, { epoch: 2, transitions: [['TAKEOVER', [1]]] }));
      expect(await look([lost.openings.writer])).toEqual([]);
    },
  },
  {
    name: 'of two that claim at the same moment one begins a run, and whoever else would write to it comes too late',
    async run({ journal, second }) {
      const runs = await Promise.all(Array.from({ length: 20 }, () => posted(journal)));
      const other = await second();
      const owners = [await lives(journal), await lives(other)] as const;
      const claims = await Promise.all([
        journal.claim(params(owners[0])),
        other.claim(params(owners[1])),
        ...runs.map((run) => journal.append([run.item(1, { epoch: 1, summary: { state: 'RUNNING', owner: owners[0] } })])),
      ]);
      const [one, two, ...appended] = claims as [Awaited<ReturnType<Journal['claim']>>, Awaited<ReturnType<Journal['claim']>>];
      const claimed = [...one.claimed, ...two.claimed];
      expect(new Set(claimed.map(({ runId }) => runId)).size).toBe(claimed.length);
      const opened = new Set(claimed.flatMap(({ runId, opened }) => (opened === undefined ? [] : [runId])));
      const results = (appended as unknown as Awaited<ReturnType<Journal['append']>>[]).flat();
      for (const [index, { runId }] of runs.entries()) expect(results[index]?.kind, runId).toBe(opened.has(runId) ? 'stale' : 'ok');
      for (const { runId } of runs) expect(await entriesOf(journal, runId)).toHaveLength(2);
    },
  },
];
