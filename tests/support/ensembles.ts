import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { classpath, PROGRAMS } from '../../scripts/board-programs.js';
import { freePort } from '../../scripts/postgres.js';
import { ask, type Program, type Server, startServer } from '../../scripts/server.js';

/** Servers that are one: most of them must live. */
export interface Ensemble {
  /** URLs of all members, with commas between. */
  readonly url: string;
  /** The one that the others follow. */
  leader(): Promise<Server>;
  stop(): Promise<void>;
}

const MEMBERS = [1, 2, 3];

async function start(
  programs: readonly Program[],
  ports: readonly number[],
  isLeader: (port: number) => Promise<boolean>,
): Promise<Ensemble> {
  // None is ready before most of them are there.
  const members = await Promise.all(programs.map((program, index) => startServer(program, { port: ports[index] ?? 0 })));
  return {
    url: members.map(({ url }) => url).join(','),
    async leader() {
      for (;;) {
        for (const member of members) if (await isLeader(member.port).catch(() => false)) return member;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async stop() {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}

const somePorts = (): Promise<readonly number[]> => Promise.all(MEMBERS.map(freePort));

export async function startEtcdEnsemble(): Promise<Ensemble> {
  const [ports, peers] = [await somePorts(), await somePorts()];
  const peer = (index: number) => `http://127.0.0.1:${peers[index]}`;
  const all = MEMBERS.map((number, index) => `m${number}=${peer(index)}`).join(',');
  const programs = MEMBERS.map(
    (number, index): Program => ({
      ...PROGRAMS.etcd,
      command(port, directory) {
        const client = `http://127.0.0.1:${port}`;
        return [
          ...(['etcd', '--data-dir', join(directory, 'data'), '--name', `m${number}`, '--unsafe-no-fsync'] as const),
          ...['--listen-client-urls', client, '--advertise-client-urls', client],
          ...['--listen-peer-urls', peer(index), '--initial-advertise-peer-urls', peer(index), '--initial-cluster', all],
        ];
      },
    }),
  );
  return start(programs, ports, async (port) => {
    const answer = await fetch(`http://127.0.0.1:${port}/v3/maintenance/status`, { method: 'POST', body: '{}' });
    const { leader, header } = (await answer.json()) as { leader: string; header: { member_id: string } };
    return leader === header.member_id;
  });
}

export async function startZookeeperEnsemble(): Promise<Ensemble> {
  const [ports, followers, elections] = [await somePorts(), await somePorts(), await somePorts()];
  const programs = MEMBERS.map(
    (number): Program => ({
      ...PROGRAMS.zookeeper,
      command(port, directory) {
        const data = join(directory, 'data');
        mkdirSync(data, { recursive: true });
        writeFileSync(join(data, 'myid'), String(number));
        const settings = {
          ...{
            tickTime: 500,
            initLimit: 20,
            syncLimit: 10,
            dataDir: data,
            clientPort: port,
            clientPortAddress: '127.0.0.1',
            maxClientCnxns: 0,
          },
          ...{ 'admin.enableServer': false, minSessionTimeout: 1000, maxSessionTimeout: 60_000, '4lw.commands.whitelist': 'srvr' },
          ...Object.fromEntries(MEMBERS.map((one, index) => [`server.${one}`, `127.0.0.1:${followers[index]}:${elections[index]}`])),
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
    }),
  );
  return start(
    programs,
    ports,
    async (port) => (await ask(port, 'srvr', (answer) => answer.includes('Mode:')))?.includes('Mode: leader') === true,
  );
}

/** Three masters, each with a third of the slots. */
export async function startRedisCluster(): Promise<Ensemble> {
  const ports = await somePorts();
  const program: Program = {
    ...PROGRAMS.redis,
    command: async (port, directory) => [...(await PROGRAMS.redis.command(port, directory)), '--cluster-enabled', 'yes'],
  };
  const cluster = await start(
    MEMBERS.map(() => program),
    ports,
    async () => true,
  );
  const clients = ports.map((port) => new Redis(port));
  const slots = [0, 5461, 10923, 16384];
  for (const [index, client] of clients.entries()) {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', slots[index] ?? 0, (slots[index + 1] ?? 0) - 1);
    for (const port of ports) await client.call('CLUSTER', 'MEET', '127.0.0.1', port);
  }
  for (const client of clients)
    while (!/cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(String(await client.call('CLUSTER', 'INFO'))))
      await new Promise((resolve) => setTimeout(resolve, 50));
  for (const client of clients) await client.quit();
  return cluster;
}
