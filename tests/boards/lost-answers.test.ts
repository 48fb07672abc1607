import { expect, onTestFinished, test } from 'vitest';
import { boardOf } from '../../src/boards/index.js';
import { MemoryDriver } from '../../src/boards/memory/memory-driver.js';
import type { BoardDriver, SessionDriver } from '../../src/boards/session/driver.js';
import { systemClock } from '../../src/model/clock.js';

const LEASE_MS = 1_000;

/** A board whose sessions do with claims what the test says; the server does what it was asked all the same. */
function withClaims(claim: (right: SessionDriver) => SessionDriver['claim']) {
  const driver: BoardDriver = new MemoryDriver(systemClock, 1_000);
  const join = driver.join.bind(driver);
  driver.join = async (member) => {
    const session = await join(member);
    const asItIs = session.claim.bind(session);
    const wrong = claim({ ...session, claim: asItIs } as SessionDriver);
    return Object.assign(session, { claim: wrong });
  };
  const board = boardOf({ name: 'test', driver });
  onTestFinished(() => board.close());
  return board;
}

const job = (id: string) => ({ id, flow: 'order', inputs: {} });
const ALL = { flows: ['order'], limit: 10 };

test('what a claim has got whose answer was lost is given by the next one', async () => {
  let lost = 1;
  const board = withClaims((right) => async (...params) => {
    const taken = await right.claim(...params);
    if (lost-- > 0) throw new Error('the connection broke');
    return taken;
  });
  await board.post([job('a'), job('b')]);
  const session = await board.join({ who: 'me', leaseMs: LEASE_MS });
  await expect(session.claim(ALL)).rejects.toMatchObject({ code: 'BOARD_UNREACHABLE' });
  const claims = await session.claim({ ...ALL, limit: 1 });
  expect(claims.map((claim) => claim.job.id)).toEqual(['a']);
  // The other one was not asked for, and is free again.
  expect((await session.claim(ALL)).map((claim) => claim.job.id)).toEqual(['b']);
  for (const claim of claims) expect(await session.consume(claim)).toBe('done');
});

test('what the server gives long after nobody waits for it is found', async () => {
  let late: Promise<unknown> | undefined;
  const board = withClaims((right) => (...params) => {
    if (late !== undefined) return right.claim(...params);
    // The request gets there when the session has asked for what it holds already.
    late = new Promise((resolve) => setTimeout(resolve, LEASE_MS)).then(() => right.claim(...params));
    return Promise.reject(new Error('the connection broke'));
  });
  const session = await board.join({ who: 'me', leaseMs: LEASE_MS });
  await expect(session.claim(ALL)).rejects.toMatchObject({ code: 'BOARD_UNREACHABLE' });
  expect(await session.claim(ALL)).toEqual([]);
  await board.post([job('a')]);
  await late;
  expect((await board.counts()).claimed).toBe(1);
  let found = await session.claim(ALL);
  while (found.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    found = await session.claim(ALL);
  }
  expect(await Promise.all(found.map((claim) => session.consume(claim)))).toEqual(['done']);
});

test('claims at the same time give no job twice, also when one is looked for', async () => {
  let lost = 1;
  const board = withClaims((right) => async (...params) => {
    const taken = await right.claim(...params);
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (lost-- > 0) throw new Error('the connection broke');
    return taken;
  });
  await board.post(['a', 'b', 'c', 'd'].map(job));
  const session = await board.join({ who: 'me', leaseMs: LEASE_MS });
  const ends = await Promise.allSettled([1, 2, 3, 4, 5].map(() => session.claim({ ...ALL, limit: 1 })));
  const ids = ends.flatMap((end) => (end.status === 'fulfilled' ? end.value.map((claim) => claim.job.id) : []));
  expect([...ids].sort()).toEqual(['a', 'b', 'c', 'd']);
});
