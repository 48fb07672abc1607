import { BoardError } from '../../model/board-error.js';
import { asBoardError, type RedisClient } from './client.js';

const OLDEST = 6;

/**
 * Whether a server keeps what it is given, and knows what the scripts use.
 *
 * @throws BoardError `BOARD_REFUSED` with what to do about it
 */
export async function demandFitness(client: RedisClient): Promise<void> {
  const info = await infoOf(client);
  const version = /redis_version:(\d+)/.exec(info)?.[1];
  if (version !== undefined && Number(version) < OLDEST)
    throw new BoardError('BOARD_REFUSED', `Redis ${version} is too old for a board: it takes version ${OLDEST} or a later one`);
  const policy = /maxmemory_policy:(\S+)/.exec(info)?.[1];
  // What has no time to live, and nothing of a board has one, is kept by the policies for what has.
  if (policy?.startsWith('allkeys'))
    throw new BoardError(
      'BOARD_REFUSED',
      `this Redis evicts what it stores when its memory is full (maxmemory-policy ${policy}), and jobs would be gone: set noeviction`,
    );
}

async function infoOf(client: RedisClient): Promise<string> {
  try {
    return String(await client.call('INFO'));
  } catch (error) {
    throw asBoardError(error);
  }
}
