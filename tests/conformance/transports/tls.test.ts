import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Broker, natsProgram, rabbitmqProgram, withStreams } from '../../../scripts/broker-programs.js';
import type { Program } from '../../../scripts/server.js';
import { nats } from '../../../src/adapters/nats/index.js';
import { rabbitmq } from '../../../src/adapters/rabbitmq/index.js';
import type { Transport } from '../../../src/contracts/index.js';
import { describeBroker } from '../../support/brokers.js';
import { makeCertificates } from '../../support/certificates.js';
import { appOf, doubled, heldSet, startWorker } from '../../workers/rig.js';

const certificates = makeCertificates('IP:127.0.0.1');
afterAll(() => rmSync(certificates.directory, { recursive: true, force: true }));
const { ca, caFile, client, server: own } = certificates;

type Tls = { readonly ca?: string; readonly cert?: string; readonly key?: string };

interface Secured {
  readonly broker: Broker;
  readonly program: Program;
  make(url: string, options: { readonly prefix: string; readonly tls?: Tls; readonly timeoutMs?: number }): Transport;
  /** The same URL, without TLS. */
  plain(url: string): string;
}

/** Servers that want the certificate of whoever comes. */
const SECURED: readonly Secured[] = [
  {
    broker: 'rabbitmq',
    make: rabbitmq,
    plain: (url) => url.replace('amqps:', 'amqp:'),
    program: rabbitmqProgram('amqps', (port) => [
      ...['listeners.tcp = none', `listeners.ssl.1 = 127.0.0.1:${port}`, `ssl_options.cacertfile = ${caFile}`],
      ...[`ssl_options.certfile = ${own.files.cert}`, `ssl_options.keyfile = ${own.files.key}`],
      ...['ssl_options.verify = verify_peer', 'ssl_options.fail_if_no_peer_cert = true'],
    ]),
  },
  {
    broker: 'nats',
    make: nats,
    plain: (url) => url.replace('tls:', 'nats:'),
    program: natsProgram(
      (directory) => [
        ...withStreams(directory),
        ...['--tlsverify', `--tlscacert=${caFile}`, `--tlscert=${own.files.cert}`, `--tlskey=${own.files.key}`],
      ],
      'tls',
    ),
  },
];

describe.each(SECURED)('TLS with $broker', ({ broker, program, make, plain }) => {
  describeBroker(
    broker,
    `${broker}, which wants certificates`,
    (server) => {
      const withTls = (tls?: Tls, url = server().url, timeoutMs = 3_000): Transport =>
        make(url, { prefix: `t${randomUUID()}`, timeoutMs, ...(tls === undefined ? {} : { tls }) });

      test('calls go to workers and back', { timeout: 120_000 }, async () => {
        const transport = withTls({ ca, cert: client.cert, key: client.key }, server().url, 40_000);
        await startWorker(heldSet('one', []), { transport });
        const { app } = appOf({ transport });
        expect(await app.runOrThrow(doubled, { inputs: { n: 21 } })).toMatchObject({ twice: 42 });
      });

      test.each<[string, Tls | undefined]>([
        ['does not know the authority', { cert: client.cert, key: client.key }],
        ['shows no certificate', { ca }],
        ['gives nothing', undefined],
      ])('who %s does not connect', { timeout: 120_000 }, async (_what, tls) => {
        await demandNoConnection(withTls(tls));
      });

      test('who comes without TLS does not connect', { timeout: 120_000 }, async () => {
        await demandNoConnection(withTls(undefined, plain(server().url)));
      });
    },
    { program },
  );

  test('who wants TLS tells a server without it no password', async () => {
    const heard: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('data', (data) => heard.push(data)).on('error', () => undefined);
      socket.write('INFO {"server_id":"a","version":"2.10.0","max_payload":1048576,"headers":true}\r\n');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = program.url(port).replace(/(\w+):\/\/(guest:guest@)?/, '$1://me:hidden-word@');
    await demandNoConnection(make(url, { prefix: 'plain', timeoutMs: 2_000 }));
    expect(Buffer.concat(heard).toString('latin1')).not.toMatch(/hidden-word|CONNECT|PLAIN/);
  });
});

async function demandNoConnection(transport: Transport): Promise<void> {
  const connected = transport.connect();
  onTestFinished(async () => (await connected.catch(() => undefined))?.close());
  await expect(connected).rejects.toMatchObject({ code: expect.stringMatching(/^TRANSPORT_(UNREACHABLE|REFUSED)$/) });
}
