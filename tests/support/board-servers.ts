import { afterAll, beforeAll, describe } from 'vitest';
import { type Kind, PACKAGES, PROGRAMS, whyMissing } from '../../scripts/board-programs.js';
import { type Server, startServer } from '../../scripts/server.js';

const VARIABLES: Readonly<Record<Kind, string>> = { redis: 'TEST_REDIS_URL', etcd: 'TEST_ETCD_URL', zookeeper: 'TEST_ZOOKEEPER_URL' };

/**
 * Tests that need a server: one is started for them, unless the environment names one and `own` is not asked for. Without either
 * they are skipped, visibly; in CI they fail.
 */
export function describeServer(kind: Kind, name: string, tests: (server: () => Server) => void, { own = false } = {}): void {
  const given = own ? undefined : process.env[VARIABLES[kind]];
  const missing = given === undefined ? whyMissing(kind) : undefined;
  if (missing !== undefined) {
    const reason = `${missing}: install Debian's ${PACKAGES[kind]}, or set ${VARIABLES[kind]}`;
    if (process.env.CI === 'true') throw new Error(`${name}: ${reason}; CI skips nothing`);
    console.error(`\n${name} is SKIPPED: ${reason}\n`);
    describe.skip(`${name} (${missing})`, () => tests(never));
    return;
  }
  describe(name, () => {
    let server: Server | undefined;
    beforeAll(async () => {
      server = given === undefined ? await startServer(PROGRAMS[kind]) : elsewhere(given);
    });
    afterAll(async () => server?.stop());
    tests(() => server ?? never());
  });
}

function elsewhere(url: string): Server {
  const [, host = '', port = ''] = /([^/@:,]+):(\d+)/.exec(url.replace(/^\w+:\/\/([^/]*@)?/, '')) ?? [];
  return { ...{ url, host, port: Number(port), pid: 0, kill: never, restart: never }, stop: async () => undefined };
}

function never(): never {
  throw new Error('there is no such server');
}
