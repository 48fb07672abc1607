import type { NewJob } from '../../boards/index.js';
import { demand, demandRefusal, demandSame, eventually } from './demand.js';
import { type BoardCase, claimIds, claimOne, join } from './rig.js';

const job = (id: string, more: Partial<NewJob> = {}): NewJob => ({ id, flow: 'order', inputs: {}, ...more });

export const postingCases: readonly BoardCase[] = [
  {
    name: 'the same id is posted once, whoever posts it and when',
    async run(rig) {
      const [one, other] = [await rig.connect(), await rig.connect()];
      const first = await Promise.all([one.post([job('a'), job('a'), job('b')]), other.post([job('a'), job('c')])]);
      const times = first.flat().filter(({ id, posted }) => id === 'a' && posted).length;
      demandSame(times, 1, 'how often it was posted at once');
      demandSame(
        await other.post([job('a', { priority: 3, inputs: { other: 1 } }), job('d')]),
        [
          { id: 'a', posted: false },
          { id: 'd', posted: true },
        ],
        'what became of a later one',
      );
      demandSame([...(await claimIds(await join(one, rig)))].sort(), ['a', 'b', 'c', 'd'], 'the jobs');
    },
  },
  {
    name: 'the id of a consumed job is remembered for a while',
    async run(rig) {
      const board = await rig.connect();
      await board.post([job('a')]);
      const session = await join(board, rig);
      await session.consume(await claimOne(session));
      demandSame(await (await rig.connect()).post([job('a')]), [{ id: 'a', posted: false }], 'what became of a posting right after it');
      demandSame(await claimIds(session), [], 'jobs afterwards');
      if (rig.dedupeMs === undefined) return;
      await eventually('another job with the id', rig.dedupeMs * 4 + 20_000, async () => {
        await session.claim({ flows: ['none'], limit: 1 });
        return (await board.post([job('a')]))[0]?.posted;
      });
      demandSame(await claimIds(session), ['a'], 'jobs when it is forgotten');
    },
  },
  {
    name: 'a delayed job is claimed when its time has come, not before',
    async run(rig) {
      const board = await rig.connect();
      await board.post([job('later', { delayMs: 1_500, priority: 9 }), job('now')]);
      const session = await join(board, rig);
      demandSame(await claimIds(session), ['now'], 'jobs at once');
      const info = await board.job('later');
      demandSame(info?.state, 'delayed', 'the state of the delayed one');
      const leftMs = (info?.dueAtMs ?? 0) - (info?.job?.postedAtMs ?? 0);
      demand(leftMs > 0 && leftMs <= 3_000, `it is due ${leftMs} ms after it was posted`);
      demandSame((await board.counts()).delayed, 1, 'delayed jobs');
      const got = await eventually('its claim', 10_000, async () => (await session.claim({ flows: ['order'], limit: 5 }))[0]);
      demandSame([got.job.id, got.job.priority], ['later', 9], 'what was claimed');
      demandSame(await session.consume(got), 'done', 'its end');
    },
  },
  {
    name: 'what can be no job is refused before anything is posted',
    async run(rig) {
      const board = await rig.connect();
      const wrong: Partial<Record<keyof NewJob, unknown>>[] = [
        ...[
          { id: '' },
          { id: 'a\0' },
          { id: 7 },
          { flow: '' },
          { flow: 'a/b' },
          { priority: 101 },
          { priority: 0.5 },
          { inputs: undefined },
        ],
        ...[{ delayMs: -1 }, { delayMs: Number.NaN }, { metadata: { a: 1 } }, { deadlineMs: 0 }],
      ];
      const circle: Record<string, unknown> = {};
      circle.again = circle;
      wrong.push(...[circle, { big: 1n }, () => 1].map((inputs) => ({ inputs })), { metadata: 'abc' }, { version: 1.5 });
      for (const part of wrong)
        await demandRefusal(() => board.post([job('good'), { ...job('bad'), ...part } as NewJob]), 'TypeError', Object.keys(part).join());
      demandSame(await board.counts(), { free: 0, delayed: 0, claimed: 0, trashed: 0 }, 'jobs');
      await demandRefusal(() => board.post([job('a')], { transaction: {} }), 'BOARD_REFUSED', 'a transaction');
    },
  },
  {
    name: 'news of a posting comes to those who watch',
    async run(rig) {
      const [board, other] = [await rig.connect(), await rig.connect()];
      let news = 0;
      const off = board.watch(() => {
        news++;
        throw new Error('a listener that fails is nobody else’s failure');
      });
      let posted = 0;
      // Watching begins some time after the call.
      await eventually('news', 10_000, async () => {
        await other.post([job(`n${posted++}`)]);
        return news > 0;
      });
      off();
    },
  },
];
