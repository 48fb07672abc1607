import { demand, demandSame, eventually } from './demand.js';
import { type BoardCase, claimIds, claimOne, join } from './rig.js';

const inputs = {};

export const endingCases: readonly BoardCase[] = [
  {
    name: 'a consumed job is gone, and consuming it again by the same claim says so',
    async run(rig) {
      const board = await rig.connect();
      await board.post([{ id: 'a', flow: 'order', inputs }]);
      const session = await join(board, rig);
      const claim = await claimOne(session);
      demandSame(await session.consume(claim), 'done', 'the first end');
      demandSame(await session.consume(claim), 'done', 'the same once more, as after a lost answer');
      demandSame(await board.job('a'), undefined, 'the job');
      demandSame(await board.counts(), { free: 0, delayed: 0, claimed: 0, trashed: 0 }, 'jobs');
      demandSame(await session.abandon(claim), 'not-mine', 'abandoning what is gone');
    },
  },
  {
    name: 'an abandoned job is free at once, at its place, and has lost nothing',
    async run(rig) {
      const board = await rig.connect();
      await board.post([1, 2, 3].map((number) => ({ id: `j${number}`, flow: 'order', inputs })));
      const session = await join(board, rig);
      const claim = await claimOne(session);
      demandSame(await session.abandon(claim, { reason: 'no room' }), 'done', 'giving it back');
      const again = await claimOne(await join(await rig.connect(), rig, 'other'));
      demandSame([again.job.id, again.attempt, again.losses], ['j1', 2, 0], 'the next claim');
      demand(again.token !== claim.token, 'two claims have one token');
      const info = await board.job('j1');
      demandSame([info?.state, info?.claimedBy], ['claimed', 'other'], 'how it stands');
      const marks = info?.history.map(({ what, who, reason }) => [what, who, reason]);
      demandSame(marks, [['abandoned', 'claimer', 'no room']], 'its history');
    },
  },
  {
    name: 'an old token ends nothing',
    async run(rig) {
      const board = await rig.connect();
      await board.post([{ id: 'a', flow: 'order', inputs }]);
      const [session, other] = [await join(board, rig), await join(await rig.connect(), rig)];
      const old = await claimOne(session);
      await session.abandon(old);
      const claim = await claimOne(other);
      for (const end of ['consume', 'abandon'] as const) {
        demandSame(await session[end](old), 'not-mine', `to ${end} by the old token`);
        demandSame(await other[end](old), 'not-mine', `to ${end} by the old token, in the session that has it now`);
        demandSame(await session[end](claim), 'not-mine', `to ${end} by the new token, in another session`);
      }
      demandSame(await session.trash(old, { code: 'X', message: 'x' }), 'not-mine', 'trashing by the old token');
      demandSame((await board.job('a'))?.state, 'claimed', 'how it stands');
      demandSame(await other.consume(claim), 'done', 'consuming by the new token');
    },
  },
  {
    name: 'a job that is abandoned with a delay is free when that is over',
    async run(rig) {
      const board = await rig.connect();
      await board.post([{ id: 'a', flow: 'order', inputs }]);
      const session = await join(board, rig);
      demandSame(await session.abandon(await claimOne(session), { delayMs: 1_200 }), 'done', 'giving it back');
      demandSame((await board.job('a'))?.state, 'delayed', 'its state');
      demandSame(await claimIds(session), [], 'jobs meanwhile');
      const claim = await eventually('its claim', 10_000, async () => (await session.claim({ flows: ['order'], limit: 5 }))[0]);
      demandSame([claim.attempt, claim.losses], [2, 0], 'attempt and losses');
    },
  },
  {
    name: 'a job that is abandoned as counted has lost, and after maxLosses it is in the trash',
    async run(rig) {
      const board = await rig.connect();
      await board.post([
        { id: 'bad', flow: 'order', inputs, priority: 5 },
        { id: 'good', flow: 'order', inputs },
      ]);
      const session = await join(board, rig);
      const claim = async () => (await session.claim({ flows: ['order'], limit: 1, maxLosses: 2 }))[0];
      for (const losses of [0, 1]) {
        const bad = await claim();
        demand(bad !== undefined, 'nothing was claimed');
        demandSame([bad.job.id, bad.losses], ['bad', losses], 'the claim');
        await session.abandon(bad, { counted: true, reason: `crash ${losses}` });
      }
      const good = await eventually('a claim of the good one', 5_000, claim);
      demandSame(good.job.id, 'good', 'what is claimed instead');
      const info = await board.job('bad');
      demandSame([info?.state, info?.trashed?.code, info?.losses], ['trashed', 'POISON', 2], 'how the bad one stands');
      const reasons = info?.history.filter(({ what }) => what === 'abandoned').map(({ reason }) => reason);
      demandSame(reasons, ['crash 0', 'crash 1'], 'its history');
      demandSame(await board.requeue('bad'), true, 'requeuing it');
      const again = await claim();
      demandSame([again?.job.id, again?.losses], ['bad', 0], 'the claim afterwards');
    },
  },
  {
    name: 'leaving gives everything back at once, and counts nothing',
    async run(rig) {
      const board = await rig.connect();
      await board.post([1, 2, 3].map((number) => ({ id: `j${number}`, flow: 'order', inputs })));
      const session = await join(await rig.connect(), rig);
      const claims = await session.claim({ flows: ['order'], limit: 2 });
      await session.leave();
      await session.leave();
      demand(session.lost.aborted, 'a session that has left is not lost');
      const other = await join(board, rig);
      const found = await other.claim({ flows: ['order'], limit: 5 });
      demandSame(
        found.map(({ job, losses }) => [job.id, losses]),
        ['j1', 'j2', 'j3'].map((id) => [id, 0]),
        'what others claim',
      );
      for (const claim of claims) demandSame(await session.consume(claim), 'not-mine', 'consuming after leaving');
    },
  },
];
