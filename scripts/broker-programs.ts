import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './postgres.js';
import { ask, type Program } from './server.js';

/** Servers that carry calls to workers. */
export type Broker = 'rabbitmq' | 'nats';

/** Not the one on the path, which changes the user. */
const RABBITMQ = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/**
 * The daemon that Erlang's nodes find each other by is one of its own, and stays when the node is gone: so it is watched for that. The
 * shell becomes the node, so that its process is the one that is killed.
 */
const WITH_EPMD = `epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" & epmd=$!
node=$$
(while kill -0 "$node" 2> /dev/null; do sleep 0.5; done; kill "$epmd") > /dev/null 2>&1 < /dev/null &
exec ${RABBITMQ}`;

/** A node of RabbitMQ, with these lines in its configuration. */
export function rabbitmqProgram(scheme: 'amqp' | 'amqps', configuration: (port: number) => readonly string[]): Program {
  return {
    name: 'rabbitmq',
    // Six seconds alone, and five times as long where other tests run.
    readyWithinMs: 180_000,
    async command(port, directory) {
      const at = (name: string): string => join(directory, name);
      mkdirSync(at('home'), { recursive: true });
      writeFileSync(at('plugins'), '[].');
      const logs = ['log.console = true', 'log.console.level = warning', 'log.file = false'];
      writeFileSync(at('rabbitmq.conf'), [...configuration(port), ...logs, ''].join('\n'));
      const environment = {
        ...{
          HOME: at('home'),
          RABBITMQ_NODENAME: `flowproof${port}@localhost`,
          RABBITMQ_MNESIA_BASE: at('mnesia'),
          RABBITMQ_LOG_BASE: at('log'),
        },
        ...{ RABBITMQ_CONFIG_FILE: at('rabbitmq'), RABBITMQ_ENABLED_PLUGINS_FILE: at('plugins'), RABBITMQ_PID_FILE: at('pid') },
        ...{ ERL_EPMD_PORT: await freePort(), ERL_EPMD_ADDRESS: '127.0.0.1', RABBITMQ_DIST_PORT: await freePort() },
        // The script becomes the node, and does not stay beside it.
        ...{ RUNNING_UNDER_SYSTEMD: 1, RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2' },
      };
      return ['env', ...Object.entries(environment).map(([name, value]) => `${name}=${value}`), 'sh', '-c', WITH_EPMD];
    },
    isReady: async (port) => (await ask(port, 'AMQP\u0000\u0000\u0009\u0001', () => true)) !== undefined,
    url: (port) => `${scheme}://guest:guest@127.0.0.1:${port}`,
  };
}

const rabbitmq = rabbitmqProgram('amqp', (port) => [`listeners.tcp.1 = 127.0.0.1:${port}`]);

/** What a server of NATS is started with, beside its port. */
export function natsProgram(options: (directory: string) => readonly string[], scheme: 'nats' | 'tls' = 'nats'): Program {
  return {
    name: 'nats',
    command: (port, directory) => ['nats-server', '-a', '127.0.0.1', '-p', String(port), ...options(directory)],
    isReady: async (port) => (await ask(port, '', (greeting) => greeting.includes('\r\n')))?.startsWith('INFO ') === true,
    url: (port) => `${scheme}://127.0.0.1:${port}`,
  };
}

/** With JetStream, which keeps what it has in the directory. */
export function withStreams(directory: string): readonly string[] {
  return ['-js', '-sd', join(directory, 'streams')];
}

const nats = natsProgram(withStreams);

/** How each is started. */
export const BROKERS: Readonly<Record<Broker, Program>> = { rabbitmq, nats };

/** Where Debian has them. */
export const BROKER_PACKAGES: Readonly<Record<Broker, string>> = { rabbitmq: 'rabbitmq-server', nats: 'nats-server' };

/** Why there is no program of this kind here; nothing when there is one. */
export function whyNoBroker(broker: Broker): string | undefined {
  const isOnPath = (program: string): boolean => spawnSync('which', [program], { stdio: 'ignore' }).status === 0;
  const isThere = { rabbitmq: () => existsSync(RABBITMQ) && isOnPath('epmd'), nats: () => isOnPath('nats-server') }[broker];
  return isThere() ? undefined : `there is no ${BROKER_PACKAGES[broker]}`;
}
