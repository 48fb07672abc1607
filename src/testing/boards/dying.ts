import { demand, demandRefusal, demandSame, eventually, pause } from './demand.js';
import { type BoardCase, claimIds, claimOne, freeWithinMs, join } from './rig.js';

const inputs = {};

export const dyingCases: readonly BoardCase[] = [
  {
    name: 'what a silent session has is free when its lease is over, and its tokens are worth nothing',
    async run(rig) {
      const [board, dying] = [await rig.connect(), await rig.connect()];
      await board.post([{ id: 'a', flow: 'order', inputs }]);
      const session = await join(dying, rig, 'dying');
      const old = await claimOne(session);
      // Connections end, and the session does not leave: what is left is what a killed process leaves.
      await dying.close();
      demand(session.lost.aborted, 'a session of a closed board is not lost');
      const other = await join(board, rig);
      const claim = await eventually(
        'the next claim',
        freeWithinMs(rig),
        async () => (await other.claim({ flows: ['order'], limit: 1 }))[0],
      );
      demandSame([claim.job.id, claim.attempt, claim.losses], ['a', 2, 1], 'the next claim');
      demandSame(await other.consume({ ...claim, token: old.token }), 'not-mine', 'consuming by the old token');
      const info = await board.job('a');
      demandSame(
        info?.history.map(({ what, who }) => [what, who]),
        [['lost', 'dying']],
        'its history',
      );
      demandSame(await other.consume(claim), 'done', 'consuming by the new token');
    },
  },
  {
    name: 'a session that is renewed keeps what it has for longer than a lease',
    async run(rig) {
      const board = await rig.connect();
      await board.post([{ id: 'a', flow: 'order', inputs }]);
      const [session, other] = [await join(board, rig), await join(await rig.connect(), rig)];
      const claim = await claimOne(session);
      for (let passedMs = 0; passedMs < rig.leaseMs * 2; passedMs += rig.leaseMs / 4) {
        await pause(rig.leaseMs / 4);
        demandSame(await claimIds(other), [], 'what others claim meanwhile');
      }
      demand(!session.lost.aborted, 'a session that is renewed is lost');
      demandSame(await session.consume(claim), 'done', 'its end');
    },
  },
  {
    name: 'a job of which too many claimers died is in the trash',
    async run(rig) {
      const board = await rig.connect();
      await board.post([{ id: 'a', flow: 'order', inputs }]);
      const dying = await rig.connect();
      await claimOne(await join(dying, rig));
      await dying.close();
      const session = await join(board, rig);
      await eventually('the trash', freeWithinMs(rig), async () => {
        demandSame(await session.claim({ flows: ['order'], limit: 1, maxLosses: 1 }), [], 'what is claimed');
        return (await board.job('a'))?.state === 'trashed';
      });
      const info = await board.job('a');
      demandSame([info?.trashed?.code, info?.losses], ['POISON', 1], 'why');
      demandSame(
        info?.history.map(({ what }) => what),
        ['lost', 'trashed'],
        'its history',
      );
    },
  },
  {
    name: 'a closed board takes no calls',
    async run(rig) {
      const board = await rig.connect();
      const session = await join(board, rig);
      await board.close();
      await board.close();
      await demandRefusal(() => board.post([{ flow: 'order', inputs }]), 'BOARD_CLOSED', 'a posting');
      await demandRefusal(() => board.counts(), 'BOARD_CLOSED', 'counting');
      await demandRefusal(() => board.join({ who: 'me', leaseMs: rig.leaseMs }), 'BOARD_CLOSED', 'joining');
      await demandRefusal(() => session.claim({ flows: ['order'], limit: 1 }), 'BOARD_CLOSED', 'claiming');
    },
  },
];
