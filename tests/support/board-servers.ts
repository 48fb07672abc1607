import { type Kind, PACKAGES, PROGRAMS, whyMissing } from '../../scripts/board-programs.js';
import type { Server } from '../../scripts/server.js';
import { describeWithServer } from './servers.js';

const VARIABLES: Readonly<Record<Kind, string>> = { redis: 'TEST_REDIS_URL', etcd: 'TEST_ETCD_URL', zookeeper: 'TEST_ZOOKEEPER_URL' };

/** Tests that need a server that boards can be on: {@link describeWithServer}. */
export function describeServer(
  kind: Kind,
  name: string,
  tests: (server: () => Server) => void,
  options: { readonly own?: boolean } = {},
): void {
  const needed = { program: PROGRAMS[kind], debian: PACKAGES[kind], variable: VARIABLES[kind], whyMissing: () => whyMissing(kind) };
  describeWithServer(needed, name, tests, options);
}
