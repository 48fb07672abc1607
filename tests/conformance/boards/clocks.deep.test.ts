import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryBoard } from '../../../src/index.js';
import { boardCases, runBoardCase } from '../../../src/testing/boards/index.js';
import { describeServer } from '../../support/board-servers.js';
import { describeBoard } from './describe.js';
import { makeBoard } from './make-board.js';
import { serverRig } from './server-rig.js';

const HOUR_MS = 3_600_000;

/** What goes by a time: leases, delays, and how long an id is remembered. */
const isTimed = (name: string): boolean => /lease|dead|die|delay|while|free|silen/.test(name);

describe('clients whose clocks are wrong by an hour, each time in another direction,', () => {
  const now = Date.now.bind(Date);
  let wrongByMs = HOUR_MS;
  beforeEach(() => {
    vi.spyOn(Date, 'now').mockImplementation(() => {
      wrongByMs = -wrongByMs;
      return now() + wrongByMs;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('break a board that goes by them: what follows would notice', async () => {
    const delayed = boardCases.find(({ name }) => name.startsWith('a delayed job is claimed when'));
    if (delayed === undefined) throw new Error('there is no such case');
    const board = memoryBoard();
    await expect(runBoardCase(delayed, { connect: async () => board, leaseMs: 1_000, close: () => board.close() })).rejects.toThrow();
  });

  for (const kind of ['redis', 'etcd', 'zookeeper'] as const)
    describeServer(kind, 'share a board as others do', (server) => {
      describeBoard(
        kind,
        async () => {
          const prefix = randomUUID();
          return serverRig((options) => makeBoard(kind, server().url, prefix, options));
        },
        isTimed,
      );
    });
});
