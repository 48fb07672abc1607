import { expect, test } from 'vitest';
import type { JobBoard } from '../../../src/boards/index.js';
import { MemoryDriver } from '../../../src/boards/memory/memory-driver.js';
import { boardOf } from '../../../src/boards/session/board.js';
import type { BoardDriver, SessionDriver } from '../../../src/boards/session/driver.js';
import { systemClock } from '../../../src/model/clock.js';
import { type BoardRig, boardCases, runBoardCase } from '../../../src/testing/boards/index.js';
import { describeBoard } from './describe.js';

const DEDUPE_MS = 300;

/** Boards of one memory, each closed by itself. */
function rigOf(driver: BoardDriver): BoardRig {
  const boards: JobBoard[] = [];
  return {
    leaseMs: 1_000,
    dedupeMs: DEDUPE_MS,
    async connect() {
      const board = boardOf({ name: 'memory', driver });
      boards.push(board);
      return board;
    },
    async close() {
      await Promise.all(boards.map((board) => board.close()));
    },
  };
}

describeBoard('memory', async () => rigOf(new MemoryDriver(systemClock, DEDUPE_MS)));

/** A board with a mistake, made of the right one. */
function wrong(board: (right: BoardDriver) => Partial<BoardDriver>, session?: (right: SessionDriver) => Partial<SessionDriver>): BoardRig {
  const right = new MemoryDriver(systemClock, DEDUPE_MS);
  const join: BoardDriver['join'] = async (member) => {
    const joined = await right.join(member);
    return withParts(joined, session?.(joined) ?? {});
  };
  return rigOf(withParts<BoardDriver>(right, { join, ...board(right) }));
}

/** An object with some of its methods replaced. */
function withParts<T extends object>(object: T, parts: Partial<T>): T {
  return new Proxy(object, {
    get(target, name) {
      const source = name in parts ? parts : target;
      const part: unknown = Reflect.get(source, name);
      return typeof part === 'function' ? part.bind(source) : part;
    },
  });
}

const right = () => ({});

const MISTAKES: readonly [string, () => BoardRig][] = [
  [
    'says that it posted what it had already',
    () => wrong((board) => ({ post: (jobs) => board.post(jobs).then((posted) => posted.map(() => true)) })),
  ],
  [
    'ends claims by whatever token',
    () => {
      // The token that is right now, whatever the claimer says.
      const newest = new Map<string, string>();
      return wrong(right, (session) => ({
        async claim(flows, limit) {
          const taken = await session.claim(flows, limit);
          for (const { job, token } of taken) newest.set(job.id, token);
          return taken;
        },
        end: (id, token, ending) => session.end(id, newest.get(id) ?? token, ending),
      }));
    },
  ],
  [
    'keeps for ever what a silent session has',
    () => wrong((board) => ({ join: (member) => board.join({ ...member, leaseMs: 1_000_000_000 }) })),
  ],
  [
    'gives the newest first',
    () => wrong(right, (session) => ({ claim: (...params) => session.claim(...params).then((taken) => [...taken].reverse()) })),
  ],
  ['forgets delays', () => wrong((board) => ({ post: (jobs) => board.post(jobs.map((posting) => ({ ...posting, delayMs: 0 }))) }))],
  ['pauses nothing', () => wrong(() => ({ pause: async () => undefined }))],
  ['forgets what the trash is for', () => wrong((board) => ({ requeue: async (id) => (await board.read(id)) !== undefined }))],
];

test.each(MISTAKES)('a board that %s does not pass', { timeout: 300_000 }, async (_mistake, make) => {
  const passed = await Promise.all(
    boardCases.map((one) =>
      runBoardCase(one, make()).then(
        () => true,
        () => false,
      ),
    ),
  );
  expect(passed).toContain(false);
});
