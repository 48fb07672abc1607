import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { freePort } from '../../scripts/postgres.js';
import { ask, type Program, type Server, startServer } from './server.js';

export type Kind = 'redis' | 'etcd' | 'zookeeper';

const JARS = '/usr/share/java';

const redis: Program = {
  name: 'redis',
  command: (port, directory) => [
    'redis-server',
    ...[
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      directory,
      '--save',
      '',
      '--appendonly',
      'yes',
      '--appendfsync',
      'everysec',
    ],
  ],
  isReady: async (port) => (await ask(port, 'PING\r\n', (answer) => answer.includes('\n')))?.startsWith('+PONG') === true,
  url: (port) => `redis://127.0.0.1:${port}`,
};

const etcd: Program = {
  name: 'etcd',
  async command(port, directory) {
    const client = `http://127.0.0.1:${port}`;
    const peer = `http://127.0.0.1:${await freePort()}`;
    return [
      ...(['etcd', '--data-dir', join(directory, 'data'), '--name', 'one', '--unsafe-no-fsync'] as const),
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `one=${peer}`],
    ];
  },
  async isReady(port) {
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    return (await answer?.text())?.includes('true') === true;
  },
  url: (port) => `http://127.0.0.1:${port}`,
};

const zookeeper: Program = {
  name: 'zookeeper',
  command(port, directory) {
    const settings = {
      ...{ tickTime: 500, dataDir: join(directory, 'data'), clientPort: port, clientPortAddress: '127.0.0.1', maxClientCnxns: 0 },
      ...{ 'admin.enableServer': false, minSessionTimeout: 1000, maxSessionTimeout: 60_000, '4lw.commands.whitelist': 'srvr' },
    };
    const file = join(directory, 'zoo.cfg');
    writeFileSync(
      file,
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    return ['java', '-Xmx128m', '-cp', classpath(), 'org.apache.zookeeper.server.quorum.QuorumPeerMain', file];
  },
  // An open port is not enough: a server that has just opened it takes connections that it never answers.
  isReady: async (port) => (await ask(port, 'srvr', (answer) => answer.includes('Mode:')))?.includes('Mode:') === true,
  url: (port) => `127.0.0.1:${port}`,
};

export function classpath(): string {
  const jars = readdirSync(JARS).filter((name) => name.endsWith('.jar'));
  return ['zookeeper.jar', ...jars].map((name) => join(JARS, name)).join(':');
}

export const PROGRAMS: Readonly<Record<Kind, Program>> = { redis, etcd, zookeeper };

const VARIABLES: Readonly<Record<Kind, string>> = { redis: 'TEST_REDIS_URL', etcd: 'TEST_ETCD_URL', zookeeper: 'TEST_ZOOKEEPER_URL' };

/** Why there is no program of this kind here; nothing when there is one. */
export function whyMissing(kind: Kind): string | undefined {
  const command = { redis: 'redis-server', etcd: 'etcd', zookeeper: 'java' }[kind];
  if (spawnSync('which', [command], { stdio: 'ignore' }).status !== 0) return `there is no ${command}`;
  return kind === 'zookeeper' && !existsSync(join(JARS, 'zookeeper.jar')) ? `there is no ${join(JARS, 'zookeeper.jar')}` : undefined;
}

/**
 * Tests that need a server: one is started for them, unless the environment names one and `own` is not asked for. Without either
 * they are skipped, visibly; in CI they fail.
 */
export function describeServer(kind: Kind, name: string, tests: (server: () => Server) => void, { own = false } = {}): void {
  const given = own ? undefined : process.env[VARIABLES[kind]];
  const missing = given === undefined ? whyMissing(kind) : undefined;
  if (missing !== undefined) {
    const reason = `${missing}: install Debian's ${kind === 'redis' ? 'redis-server' : kind === 'etcd' ? 'etcd-server' : 'zookeeper'}, or set ${VARIABLES[kind]}`;
    if (process.env.CI === 'true') throw new Error(`${name}: ${reason}; CI skips nothing`);
    console.error(`\n${name} is SKIPPED: ${reason}\n`);
    describe.skip(`${name} (${missing})`, () => tests(never));
    return;
  }
  describe(name, () => {
    let server: Server | undefined;
    beforeAll(async () => {
      server = given === undefined ? await startServer(PROGRAMS[kind]) : elsewhere(given);
    }, 90_000);
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
