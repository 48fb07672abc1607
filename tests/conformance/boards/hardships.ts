import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { type Kind, PROGRAMS, whyMissing } from '../../../scripts/board-programs.js';
import { freePort } from '../../../scripts/postgres.js';
import { type Server, startServer } from '../../../scripts/server.js';
import type { Claim, JobBoard } from '../../../src/contracts/index.js';
import { startBlackHole } from '../../support/black-hole.js';
import { makeBoard } from './make-board.js';
import { type Race, race } from './race.js';

const LEASE_MS = 4_000;

/** What else holds on a board whose server and claimers die, stand still or can't be reached. */
export function testHardships(kind: Kind, server: () => Server): void {
  const timeout = 120_000;

  test('processes do each job once, though one is killed and one is frozen for longer than its lease', { timeout }, async () => {
    const [prefix, jobs] = [randomUUID(), 60];
    const board = open(makeBoard(kind, server().url, prefix));
    const found = await race({
      ...{ kind, url: server().url, prefix, board, processes: 3, jobs, leaseMs: LEASE_MS },
      disturbances: [
        { after: 5, what: 'kill' },
        { after: 15, what: 'freeze' },
      ],
    });
    judge(found, jobs);
    expect(found.killed?.freeAfterMs).toBeGreaterThan(0);
    expect(await board.counts()).toEqual({ free: 0, delayed: 0, claimed: 0, trashed: 0 });
  });

  test('a claimer that is cut off knows that it has lost its claims before others get them', { timeout }, async () => {
    const hole = await startBlackHole(server().port, server().host);
    onTestFinished(() => hole.close());
    const prefix = randomUUID();
    const [near, far] = [
      open(makeBoard(kind, server().url, prefix)),
      open(makeBoard(kind, server().url.replace(`${server().host}:${server().port}`, `127.0.0.1:${hole.port}`), prefix)),
    ];
    await near.post([{ id: 'job', flow: 'order', inputs: {} }]);
    const [holder, other] = [await far.join({ who: 'holder', leaseMs: LEASE_MS }), await near.join({ who: 'other', leaseMs: LEASE_MS })];
    const claim = one(await holder.claim({ flows: ['order'], limit: 1 }));
    hole.cut();
    const cutAtMs = performance.now();
    const inTheCut = holder.consume(claim).then(String, (error: { code?: string }) => error.code);
    let next: Claim | undefined;
    while (next === undefined) {
      [next] = await other.claim({ flows: ['order'], limit: 1 });
      if (next === undefined) await pause(20);
      else expect(holder.lost.aborted).toBe(true);
    }
    // Asked before it was known, and without an answer: that is said in time.
    expect(await inTheCut).toBe('BOARD_UNREACHABLE');
    await pause(Math.max(0, 3_000 - (performance.now() - cutAtMs)));
    hole.heal();
    expect(await afterOutage(() => holder.consume(claim))).toBe('not-mine');
    expect(await other.consume(next)).toBe('done');
    const again = await afterOutage(() => far.join({ who: 'holder', leaseMs: LEASE_MS }));
    expect(await again.claim({ flows: ['order'], limit: 1 })).toEqual([]);
  });

  // It is killed, so it must be our own.
  const testKilled = whyMissing(kind) === undefined ? test : test.skip;
  testKilled('a server that dies and comes back keeps its jobs, and each is consumed once', { timeout }, async () => {
    const own = await startServer(PROGRAMS[kind]);
    onTestFinished(() => own.stop());
    const board = open(makeBoard(kind, own.url, randomUUID(), { timeoutMs: 3_000 }));
    await board.post(['a', 'b'].map((id) => ({ id, flow: 'order', inputs: {} })));
    const session = await board.join({ who: 'first', leaseMs: LEASE_MS });
    const claim = one(await session.claim({ flows: ['order'], limit: 1 }));
    // What was acknowledged a moment ago may be lost by servers that write once a second.
    await pause(1_200);
    await own.kill();
    const posting = () => board.post([{ id: 'c', flow: 'order', inputs: { in: 'an outage' } }]);
    await expect(posting()).rejects.toMatchObject({ code: 'BOARD_UNREACHABLE' });
    await own.restart();
    expect((await afterOutage(posting)).map(({ id }) => id)).toEqual(['c']);
    const ends = [await afterOutage(() => session.consume(claim)).catch(() => 'not-mine')];
    const other = await afterOutage(() => board.join({ who: 'second', leaseMs: LEASE_MS }));
    const got: string[] = [];
    while (got.length < (ends[0] === 'done' ? 2 : 3)) {
      for (const next of await afterOutage(() => other.claim({ flows: ['order'], limit: 5 }))) {
        got.push(next.job.id);
        expect(await other.consume(next)).toBe('done');
      }
      await pause(20);
    }
    expect(got.sort()).toEqual(ends[0] === 'done' ? ['b', 'c'] : ['a', 'b', 'c']);
  });

  testKilled('what a session had that was lost in an outage is free afterwards', { timeout }, async () => {
    const own = await startServer(PROGRAMS[kind]);
    onTestFinished(() => own.stop());
    const board = open(makeBoard(kind, own.url, randomUUID(), { timeoutMs: 3_000 }));
    await board.post([{ id: 'a', flow: 'order', inputs: {} }]);
    const session = await board.join({ who: 'first', leaseMs: LEASE_MS });
    one(await session.claim({ flows: ['order'], limit: 1 }));
    await pause(1_200);
    await own.kill();
    await new Promise((resolve) => session.lost.addEventListener('abort', resolve));
    await own.restart();
    const other = await afterOutage(() => board.join({ who: 'second', leaseMs: 10_000 }));
    let found: readonly Claim[] = [];
    while (found.length === 0) {
      found = await afterOutage(() => other.claim({ flows: ['order'], limit: 1 }));
      await pause(20);
    }
    expect([one(found).attempt, one(found).losses]).toEqual([2, 1]);
  });

  test('a server that is not there is said to be out of reach, in time', { timeout }, async () => {
    const nowhere = await freePort();
    const hole = await startBlackHole(nowhere);
    onTestFinished(() => hole.close());
    hole.cut();
    for (const port of [nowhere, hole.port]) {
      const board = open(makeBoard(kind, PROGRAMS[kind].url(port), 'none', { timeoutMs: 500 }));
      await expect(board.open()).rejects.toMatchObject({ code: 'BOARD_UNREACHABLE' });
      await expect(board.counts()).rejects.toMatchObject({ code: 'BOARD_UNREACHABLE' });
      await board.close();
    }
  });
}

/** Each job was consumed once, and done again only by who could not know better. */
export function judge(found: Race, jobs: number): void {
  expect([...found.consumed.values()].filter((times) => times !== 1)).toEqual([]);
  expect(found.consumed.size).toBe(jobs);
  expect(found.done.size).toBe(jobs);
  if (found.frozen !== undefined) expect([...found.refused]).toContain(found.frozen);
}

export function open(board: JobBoard): JobBoard {
  onTestFinished(() => board.close());
  return board;
}

export function one(claims: readonly Claim[]): Claim {
  const [claim] = claims;
  if (claim === undefined || claims.length > 1) throw new Error(`${claims.length} jobs were claimed, not one`);
  return claim;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a call gives once the server can be reached again. */
export async function afterOutage<T>(call: () => Promise<T>): Promise<T> {
  for (let left = 300; ; left--) {
    try {
      return await call();
    } catch (error) {
      if ((error as { code?: string }).code !== 'BOARD_UNREACHABLE' || left === 0) throw error;
      await pause(50);
    }
  }
}
