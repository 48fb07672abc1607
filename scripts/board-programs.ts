import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './postgres.js';
import { ask, type Program } from './server.js';

/** Servers that a board can be on. */
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

/** That of a server of ZooKeeper. */
export function classpath(): string {
  const jars = readdirSync(JARS).filter((name) => name.endsWith('.jar'));
  return ['zookeeper.jar', ...jars].map((name) => join(JARS, name)).join(':');
}

/** How each is started. */
export const PROGRAMS: Readonly<Record<Kind, Program>> = { redis, etcd, zookeeper };

/** Where Debian has them. */
export const PACKAGES: Readonly<Record<Kind, string>> = { redis: 'redis-server', etcd: 'etcd-server', zookeeper: 'zookeeper' };

/** Why there is no program of this kind here; nothing when there is one. */
export function whyMissing(kind: Kind): string | undefined {
  const command = { redis: 'redis-server', etcd: 'etcd', zookeeper: 'java' }[kind];
  if (spawnSync('which', [command], { stdio: 'ignore' }).status !== 0) return `there is no ${command}`;
  return kind === 'zookeeper' && !existsSync(join(JARS, 'zookeeper.jar')) ? `there is no ${join(JARS, 'zookeeper.jar')}` : undefined;
}
