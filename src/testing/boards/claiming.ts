import type { NewJob } from '../../boards/index.js';
import { demand, demandSame, eventually } from './demand.js';
import { type BoardCase, claimIds, claimOne, join } from './rig.js';

const FULL: NewJob = {
  ...{ id: 'o-1', flow: 'order', version: 3, inputs: { total: 12.5, lines: [], note: 'é\u2028"\\', nested: { empty: {} } }, priority: 7 },
  ...{ deadlineMs: 60_000, logbook: 'orders', metadata: { customer: 'c-7' }, trace: '00-1-2-01' },
};

/** Names that are special for some server or other. */
const NAMES = ['a/b', '.', '..', '%2F', 'with space', 'ünïcode ✓ 𝄞', '{tag}', 'x|y', '*', "it's", 'a\nb', '~', '0-1-2', 'a', 'ab', 'a.b'];

export const claimingCases: readonly BoardCase[] = [
  {
    name: 'a claim brings the job as it was posted',
    async run(rig) {
      const board = await rig.connect();
      demandSame(await board.post([FULL]), [{ id: 'o-1', posted: true }], 'what became of the posting');
      const { job, attempt, losses } = await claimOne(await join(await rig.connect(), rig));
      const { postedAtMs, ...rest } = job;
      demandSame(rest, FULL, 'the claimed job');
      demand(postedAtMs > 1_600_000_000_000, `a job was posted at ${postedAtMs}`);
      demandSame([attempt, losses], [1, 0], 'attempt and losses');
    },
  },
  {
    name: 'a job without an id gets one',
    async run(rig) {
      const board = await rig.connect();
      const posted = await board.post([
        { flow: 'order', inputs: {} },
        { flow: 'order', inputs: {} },
      ]);
      const ids = await claimIds(await join(board, rig));
      demandSame(
        ids,
        posted.map(({ id }) => id),
        'the ids',
      );
      demand(new Set(ids).size === 2, 'two jobs have one id');
    },
  },
  {
    name: 'the highest priority comes first, and then what has been free for the longest',
    async run(rig) {
      const board = await rig.connect();
      const priorities = [0, -100, 5, 100, 0, 5, -1, 100];
      for (const [index, priority] of priorities.entries()) await board.post([{ id: `j${index}`, flow: 'order', inputs: {}, priority }]);
      const session = await join(board, rig);
      const order: string[] = [];
      for (const _ of priorities) order.push((await claimOne(session)).job.id);
      demandSame(order, ['j3', 'j7', 'j2', 'j5', 'j0', 'j4', 'j6', 'j1'], 'the order one by one');
    },
  },
  {
    name: 'many claimed at once come in their order, over flows too',
    async run(rig) {
      const board = await rig.connect();
      const jobs = Array.from({ length: 150 }, (_, index) => ({
        ...{ id: `j${String(index).padStart(3, '0')}`, flow: index % 2 === 0 ? 'order' : 'bill', inputs: { index }, priority: index % 3 },
      }));
      await board.post(jobs);
      const session = await join(board, rig);
      const first = await claimIds(session, ['order', 'bill'], 60);
      const rest = await claimIds(session, ['bill', 'order'], 1_000);
      const expected = [...jobs].sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1)).map(({ id }) => id);
      demandSame(first, expected.slice(0, 60), 'the first 60');
      demandSame(rest, expected.slice(60), 'the rest');
      demandSame(await claimIds(session, ['bill', 'order']), [], 'what is left');
    },
  },
  {
    name: 'a session gets jobs of the flows that it names, and others are not in its way',
    async run(rig) {
      const board = await rig.connect();
      await board.post(Array.from({ length: 120 }, (_, index) => ({ id: `u${index}`, flow: 'unknown', inputs: {}, priority: 9 })));
      await board.post([{ id: 'mine', flow: 'order', inputs: {}, priority: -9 }]);
      const session = await join(board, rig);
      demandSame(await claimIds(session, []), [], 'jobs of no flow');
      demandSame(await claimIds(session, ['order', 'orde', 'order/x']), ['mine'], 'jobs of one flow');
      demandSame(await claimIds(session, ['order']), [], 'jobs that are left');
    },
  },
  {
    name: 'sessions of several connections get no job twice',
    async run(rig) {
      const board = await rig.connect();
      const ids = Array.from({ length: 60 }, (_, index) => `j${index}`);
      await board.post(ids.map((id) => ({ id, flow: 'order', inputs: {} })));
      const sessions = await Promise.all([1, 2, 3, 4].map(async () => join(await rig.connect(), rig)));
      const got: string[] = [];
      await eventually('the claim of all jobs', 10_000, async () => {
        const found = await Promise.all(sessions.map((session) => claimIds(session, ['order'], 7)));
        got.push(...found.flat());
        return got.length >= ids.length;
      });
      demandSame([...got].sort(), [...ids].sort(), 'what was claimed');
    },
  },
  {
    name: 'names of jobs and flows may be any text',
    async run(rig) {
      const board = await rig.connect();
      const flows = NAMES.filter((name) => !name.includes('/'));
      await board.post(NAMES.map((id, index) => ({ id, flow: flows[index % flows.length] ?? 'order', inputs: { id } })));
      const session = await join(board, rig);
      const claims = await session.claim({ flows, limit: 100 });
      demandSame(claims.map(({ job }) => job.id).sort(), [...NAMES].sort(), 'the claimed jobs');
      for (const { job } of claims) demandSame(job.inputs, { id: job.id }, `the inputs of '${job.id}'`);
      for (const claim of claims) demandSame(await session.consume(claim), 'done', `the end of '${claim.job.id}'`);
      demandSame((await board.counts()).free, 0, 'jobs that are left');
    },
  },
  {
    name: 'large inputs are kept whole',
    async run(rig) {
      const board = await rig.connect();
      const inputs = { text: 'é'.repeat(100_000), list: Array.from({ length: 1_000 }, (_, index) => index) };
      await board.post([{ id: 'large', flow: 'order', inputs }]);
      demandSame((await claimOne(await join(board, rig))).job.inputs, inputs, 'the inputs');
    },
  },
];
