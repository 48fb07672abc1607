import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { freePort } from '../../../scripts/postgres.js';
import { type Program, type Server, startServer } from '../../../scripts/server.js';
import { etcd } from '../../../src/adapters/etcd/index.js';
import { redis } from '../../../src/adapters/redis/index.js';
import type { JobBoard } from '../../../src/contracts/index.js';
import { describeServer } from '../../support/board-servers.js';
import { type Certificates, makeCertificates } from '../../support/certificates.js';
import { open } from './hardships.js';

let made: Certificates;
beforeAll(() => {
  made = makeCertificates();
});
afterAll(() => rmSync(made.directory, { recursive: true, force: true }));

/** Whether a server greets whom it knows. */
function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const { ca, client } = made;
    const socket = connect({ port, host: '127.0.0.1', ca, cert: client.cert, key: client.key });
    socket.once('secureConnect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const secureRedis: Program = {
  name: 'redis',
  command: (port, directory) => [
    ...(['redis-server', '--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''] as const),
    ...['--tls-cert-file', made.server.files.cert, '--tls-key-file', made.server.files.key, '--tls-ca-cert-file', made.caFile],
    ...['--tls-auth-clients', 'yes', '--user', 'shop', 'on', '>pass:word', '~{*', '&{*', '+@all', '--user', 'default', 'off'],
  ],
  isReady,
  url: (port) => `rediss://shop:pass%3Aword@127.0.0.1:${port}`,
};

const secureEtcd: Program = {
  name: 'etcd',
  async command(port, directory) {
    const [client, peer] = [`https://127.0.0.1:${port}`, `http://127.0.0.1:${await freePort()}`];
    return [
      ...(['etcd', '--data-dir', join(directory, 'data'), '--name', 'one', '--unsafe-no-fsync'] as const),
      ...['--listen-client-urls', client, '--advertise-client-urls', client, '--client-cert-auth', '--trusted-ca-file', made.caFile],
      ...['--cert-file', made.server.files.cert, '--key-file', made.server.files.key],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `one=${peer}`],
    ];
  },
  isReady,
  url: (port) => `https://127.0.0.1:${port}`,
};

interface Secure {
  readonly program: Program;
  make(url: string, tls?: object): JobBoard;
}

const KINDS = {
  redis: { program: secureRedis, make: (url, tls) => redis(url, { prefix: randomUUID(), ...(tls && { tls }) }) },
  etcd: { program: secureEtcd, make: (url, tls) => etcd(url, { prefix: randomUUID(), timeoutMs: 5_000, ...(tls && { tls }) }) },
} as const satisfies Record<string, Secure>;

for (const [kind, { program, make }] of Object.entries(KINDS))
  describeServer(kind as keyof typeof KINDS, `a board on ${kind} behind TLS`, () => {
    let server: Server;
    beforeAll(async () => {
      server = await startServer(program);
    });
    afterAll(() => server.stop());
    const mine = (): object => ({ ca: made.ca, cert: made.client.cert, key: made.client.key });

    test('does its work by the certificates that it is given, and hears of news', async () => {
      const board = open(make(server.url, mine()));
      await board.open();
      let heard = 0;
      onTestFinished(board.watch(() => void heard++));
      const session = await board.join({ who: 'here', leaseMs: 5_000 });
      // A hint may be lost while the connection that hears it begins.
      await vi.waitFor(
        async () => {
          await board.post([{ flow: 'order', inputs: { item: 'Häkelnadel' } }]);
          expect(heard).toBeGreaterThan(0);
        },
        { timeout: 40_000 },
      );
      const [claim] = await session.claim({ flows: ['order'], limit: 1 });
      expect(claim?.job.inputs).toEqual({ item: 'Häkelnadel' });
      expect(claim && (await session.consume(claim))).toBe('done');
      await session.leave();
    });

    test('does not wait for a server that it does not trust: waiting would not help', async () => {
      const { cert, key } = made.client;
      const refused = open(make(server.url, { cert, key })).open();
      await expect(refused).rejects.toMatchObject({ code: 'BOARD_REFUSED', message: expect.stringContaining('{ tls: { ca } }') });
      await expect(open(make(server.url, { ...mine(), servername: 'other.example' })).open()).rejects.toMatchObject({
        code: 'BOARD_REFUSED',
      });
    });

    test('is not let in without a certificate of its own', async () => {
      await expect(open(make(server.url, { ca: made.ca })).open()).rejects.toMatchObject({ code: expect.stringMatching(/^BOARD_/) });
    });
  });

describe('what is meant for TLS and can not be', () => {
  test('is refused where it is given', () => {
    expect(() => redis('redis://localhost', { tls: {} })).toThrow('rediss:');
    expect(() => etcd('https://localhost', { tls: {}, fetch: globalThis.fetch as never })).toThrow('not both');
  });
});
