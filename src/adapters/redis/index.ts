/** Door of boards of jobs in Redis: `flowproof/redis`. */
export type { BoardTls } from '../../boards/index.js';
export type { RedisClient, RedisSubscriber } from './client.js';
export { type RedisOptions, redis } from './redis.js';
