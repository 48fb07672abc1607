import { requeueAll } from '../../boards/index.js';
import { demand, demandRefusal, demandSame, eventually } from './demand.js';
import { type BoardCase, claimIds, claimOne, join } from './rig.js';

const inputs = {};

export const operatingCases: readonly BoardCase[] = [
  {
    name: 'jobs are counted by their states',
    async run(rig) {
      const board = await rig.connect();
      await board.post(['a', 'b', 'c', 'd'].map((id) => ({ id, flow: 'order', inputs })));
      await board.post([{ id: 'later', flow: 'order', inputs, delayMs: 60_000 }]);
      const session = await join(await rig.connect(), rig);
      const [first] = await session.claim({ flows: ['order'], limit: 2 });
      demand(first !== undefined, 'nothing was claimed');
      await session.trash(first, { code: 'RUN_CONFLICT', message: 'the id is taken' });
      demandSame(await board.counts(), { free: 2, delayed: 1, claimed: 1, trashed: 1 }, 'jobs');
    },
  },
  {
    name: 'jobs are listed by their states, a page at a time',
    async run(rig) {
      const board = await rig.connect();
      await board.post(['e', 'c', 'a', 'd', 'b'].map((id) => ({ id, flow: id < 'd' ? 'order' : 'bill', inputs })));
      const session = await join(board, rig);
      await session.trash(await claimOne(session), { code: 'X', message: 'no use' });
      const first = await board.jobs({ limit: 2 });
      const ids = (page: typeof first) => page.jobs.map(({ id, state }) => `${id} ${state}`);
      demandSame(ids(first), ['a free', 'b free'], 'the first page');
      demand(first.next !== undefined, 'there is no second page');
      demandSame(ids(await board.jobs({ after: first.next })), ['c trashed', 'd free', 'e free'], 'the rest');
      demandSame(ids(await board.jobs({ states: ['free'], flow: 'bill' })), ['d free', 'e free'], 'free jobs of a flow');
      const { jobs, next } = await board.jobs({ states: ['trashed'] });
      demandSame([jobs.length, next], [1, undefined], 'jobs in the trash');
      for (const limit of [0, 1_001, 0.5]) await demandRefusal(() => board.jobs({ limit }), 'TypeError', `a page of ${limit}`);
      demandSame([jobs[0]?.trashed, jobs[0]?.job?.flow], [{ code: 'X', message: 'no use' }, 'order'], 'why it is there');
    },
  },
  {
    name: 'an operator requeues what is in the trash, one by one or all',
    async run(rig) {
      const board = await rig.connect();
      await board.post(['a', 'b', 'c'].map((id) => ({ id, flow: 'order', inputs })));
      const session = await join(board, rig);
      for (const claim of await session.claim({ flows: ['order'], limit: 3 })) await session.trash(claim, { code: 'X', message: 'x' });
      demandSame(await claimIds(session), [], 'what is claimed of the trash');
      demandSame(await board.requeue('b'), true, 'requeuing one');
      demandSame(await board.requeue('b'), false, 'requeuing one that is free');
      for (const id of ['none', '', '\ud800', 'a\0']) {
        demandSame(await board.requeue(id), false, 'requeuing what there is not');
        demandSame(await board.remove(id), false, 'removing what there is not');
        demandSame(await board.job(id), undefined, 'what there is not');
      }
      const claim = await claimOne(session);
      demandSame([claim.job.id, claim.losses], ['b', 0], 'what is claimed');
      demandSame(await board.requeue('b'), false, 'requeuing one that is claimed');
      const ids = async (preview: boolean) => (await requeueAll(board, { flow: 'order' }, { preview })).jobs.map(({ id }) => id);
      demandSame(await ids(true), ['a', 'c'], 'the preview of requeuing all');
      demandSame((await board.counts()).trashed, 2, 'jobs in the trash after a preview');
      demandSame(await ids(false), ['a', 'c'], 'requeuing all');
      demandSame(await claimIds(session), ['a', 'c'], 'what is claimed then');
    },
  },
  {
    name: 'a delayed job is requeued to be free now',
    async run(rig) {
      const board = await rig.connect();
      await board.post([{ id: 'later', flow: 'order', inputs, delayMs: 3_600_000 }]);
      demandSame(await board.requeue('later'), true, 'requeuing it');
      const session = await join(board, rig);
      demandSame(await claimIds(session), ['later'], 'what is claimed');
    },
  },
  {
    name: 'what nobody has claimed can be removed, and its id is free again',
    async run(rig) {
      const board = await rig.connect();
      const post = (id: string, delayMs = 0) => board.post([{ id, flow: 'order', inputs, delayMs }]);
      for (const id of ['claimed', 'trashed']) await post(id);
      const session = await join(board, rig);
      const [claim, bad] = await session.claim({ flows: ['order'], limit: 2 });
      demand(claim !== undefined && bad !== undefined, 'nothing was claimed');
      await session.trash(bad, { code: 'X', message: 'x' });
      await post('free');
      await post('later', 60_000);
      demandSame(await board.remove('claimed'), false, 'removing a claimed one');
      for (const id of ['trashed', 'free', 'later']) demandSame(await board.remove(id), true, `removing a ${id} one`);
      demandSame(await board.remove('free'), false, 'removing it twice');
      demandSame(await board.counts(), { free: 0, delayed: 0, claimed: 1, trashed: 0 }, 'jobs');
      demandSame(await session.consume(claim), 'done', 'the end of the claimed one');
      demandSame((await post('free'))[0]?.posted, true, 'posting it again');
      demandSame(await claimIds(session), ['free'], 'what is claimed then');
    },
  },
  {
    name: 'a paused flow, or board, gives nothing until it is resumed',
    async run(rig) {
      const [board, other] = [await rig.connect(), await rig.connect()];
      await board.post([
        { id: 'o', flow: 'order', inputs },
        { id: 'b', flow: 'bill', inputs },
      ]);
      const session = await join(other, rig);
      const claim = () => claimIds(session, ['order', 'bill']);
      for (const flow of ['', 'a/b', 7] as string[]) await demandRefusal(() => board.pause(flow), 'TypeError', `pausing ${flow}`);
      await board.pause('order');
      demandSame(await other.paused(), { board: false, flows: ['order'] }, 'what is paused');
      demandSame(await claim(), ['b'], 'what is claimed while a flow is paused');
      await board.pause();
      await board.resume('order');
      demandSame(await other.paused(), { board: true, flows: [] }, 'what is paused');
      demandSame(await claim(), [], 'what is claimed while the board is paused');
      await other.resume();
      demandSame(await claim(), ['o'], 'what is claimed afterwards');
    },
  },
  {
    name: 'what can’t be read is kept in the trash, and is in the way of nothing',
    async run(rig) {
      if (rig.spoil === undefined) return;
      const board = await rig.connect();
      await board.post(['a', 'b', 'c'].map((id) => ({ id, flow: 'order', inputs })));
      await rig.spoil('a');
      const session = await join(board, rig);
      const got: string[] = [];
      await eventually('the claim of the others', 5_000, async () => {
        got.push(...(await claimIds(session)));
        return got.length >= 2;
      });
      demandSame(got, ['b', 'c'], 'what is claimed');
      const info = await eventually('the trash', 5_000, async () => {
        await claimIds(session);
        const found = await board.job('a');
        return found?.state === 'trashed' && found;
      });
      demandSame([info.id, info.job, info.trashed?.code], ['a', undefined, 'UNREADABLE'], 'how the unreadable one stands');
      demandSame(
        (await board.jobs({ states: ['trashed'] })).jobs.map(({ id }) => id),
        ['a'],
        'jobs in the trash',
      );
      demandSame((await board.counts()).trashed, 1, 'how many there are');
      demandSame((await board.post([{ id: 'a', flow: 'order', inputs }]))[0]?.posted, false, 'posting over it');
      demandSame(await board.remove('a'), true, 'removing it');
    },
  },
];
