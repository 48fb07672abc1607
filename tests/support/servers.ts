import { afterAll, beforeAll, describe } from 'vitest';
import { type Program, type Server, startServer } from '../../scripts/server.js';

/** A kind of server that tests need. */
export interface Needed {
  readonly program: Program;
  /** Debian's package of it. */
  readonly debian: string;
  /** Of the environment, which may name one. */
  readonly variable: string;
  /** Why there is no program of it here; nothing when there is one. */
  whyMissing(): string | undefined;
}

/**
 * Tests that need a server: one is started for them, unless the environment names one and `own` is not asked for. Without either
 * they are skipped, visibly; in CI they fail.
 */
export function describeWithServer(needed: Needed, name: string, tests: (server: () => Server) => void, { own = false } = {}): void {
  const given = own ? undefined : process.env[needed.variable];
  const missing = given === undefined ? needed.whyMissing() : undefined;
  if (missing !== undefined) {
    const reason = `${missing}: install Debian's ${needed.debian}, or set ${needed.variable}`;
    if (process.env.CI === 'true') throw new Error(`${name}: ${reason}; CI skips nothing`);
    console.error(`\n${name} is SKIPPED: ${reason}\n`);
    describe.skip(`${name} (${missing})`, () => tests(never));
    return;
  }
  describe(name, () => {
    let server: Server | undefined;
    beforeAll(async () => {
      server = given === undefined ? await startServer(needed.program) : elsewhere(given);
    }, 240_000);
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
