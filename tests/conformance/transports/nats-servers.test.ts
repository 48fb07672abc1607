import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { natsProgram } from '../../../scripts/broker-programs.js';
import { nats } from '../../../src/adapters/nats/index.js';
import { runTransportCase, transportCases } from '../../../src/testing/index.js';
import { describeBroker } from '../../support/brokers.js';
import { makeCertificates } from '../../support/certificates.js';
import { appOf, doubled, heldSet, startWorker } from '../../workers/rig.js';

/** A server with a configuration of its own. */
function describeConfigured(name: string, configuration: string, tests: (url: () => string) => void): void {
  const program = natsProgram((directory) => {
    const file = join(directory, 'nats.conf');
    writeFileSync(file, configuration);
    return [...(configuration.includes('jetstream') ? ['-sd', join(directory, 'streams')] : []), '-c', file];
  });
  describeBroker('nats', name, (server) => tests(() => server().url), { program });
}

async function demandConnection(transport: ReturnType<typeof nats>): Promise<void> {
  const connection = await transport.connect();
  onTestFinished(() => connection.close());
  await connection.send({ kind: 'work', name: 'a' }, { id: 'a', body: 'a' });
}

describeConfigured('NATS without JetStream', 'max_payload: 65536', (url) => {
  test('is refused, with what to do', async () => {
    const refused = { code: 'TRANSPORT_REFUSED', message: expect.stringContaining('start nats-server with -js') };
    await expect(nats(url()).connect()).rejects.toMatchObject(refused);
  });
});

describeConfigured('NATS with small messages', 'jetstream {}\nmax_payload: 1024', (url) => {
  test('is refused, with what to do', async () => {
    const refused = { code: 'TRANSPORT_REFUSED', message: expect.stringContaining('max_payload of this NATS server is 1024 bytes') };
    await expect(nats(url()).connect()).rejects.toMatchObject(refused);
  });
});

describeConfigured(
  'NATS with a password',
  `jetstream {}
accounts {
  KEPT { jetstream: enabled, users: [ { user: "a@b", password: "p:w/d", permissions: { publish: { deny: "denied.>" } } } ] }
  LEAST { jetstream: enabled, users: [ { user: least, password: least, permissions: {
    publish: ["shop.>", "$JS.API.>", "$JS.ACK.>", "_INBOX.>"], subscribe: ["shop.>", "_INBOX.>"] } } ] }
  BARE { users: [ { user: bare, password: bare } ] }
}`,
  (url) => {
    const as = (who: string) => nats(url().replace('nats://', `nats://${who}@`));

    test('lets those in who have it', async () => {
      const right = as('a%40b:p%3Aw%2Fd');
      await demandConnection(right);
      expect(right.name).toBe(url());
    });

    test.each(['a%40b:wrong', 'token', 'nobody:x'])('refuses %s', async (who) => {
      await expect(as(who).connect()).rejects.toMatchObject({ code: 'TRANSPORT_REFUSED' });
    });

    test('needs no more rights than the documentation says', { timeout: 120_000 }, async () => {
      const transport = nats(url().replace('nats://', 'nats://least:least@'), { prefix: 'shop', deliveryLimit: 2 });
      for (const one of transportCases) await runTransportCase(one, { transport, deliveryLimit: 2 });
      const { app } = appOf({ transport });
      await startWorker(heldSet('one', []), { transport });
      expect(await app.runOrThrow(doubled, { inputs: { n: 21 } })).toMatchObject({ twice: 42 });
    });

    test('refuses an account that may not use JetStream, with what to do', async () => {
      const refused = { code: 'TRANSPORT_REFUSED', message: expect.stringContaining('jetstream: enabled') };
      await expect(as('bare:bare').connect()).rejects.toMatchObject(refused);
    });

    test('says to whom subjects are denied that they are', async () => {
      const transport = nats(url().replace('nats://', 'nats://a%40b:p%3Aw%2Fd@'), { prefix: 'denied' });
      const connection = await transport.connect();
      onTestFinished(() => connection.close());
      const refused = { code: 'TRANSPORT_REFUSED', message: expect.stringMatching(/permission/i) };
      await expect(connection.send({ kind: 'work', name: 'a' }, { id: 'a', body: 'a' })).rejects.toMatchObject(refused);
    });
  },
);

describeConfigured('NATS with a token', 'jetstream {}\nauthorization { token: "t/k" }', (url) => {
  test('lets those in who have it, and no others', async () => {
    await demandConnection(nats(url().replace('nats://', 'nats://t%2Fk@')));
    await expect(nats(url()).connect()).rejects.toMatchObject({ code: 'TRANSPORT_REFUSED' });
  });
});

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** As NATS writes them: claims that a key has signed. */
function jwt(by: KeyPair, of: KeyPair, claims: Readonly<Record<string, unknown>>): string {
  const text = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const issued = { jti: randomUUID(), iat: Math.floor(Date.now() / 1_000), iss: by.getPublicKey(), sub: of.getPublicKey() };
  const unsigned = `${text({ typ: 'JWT', alg: 'ed25519-nkey' })}.${text({ ...issued, name: 'test', nats: { version: 2, ...claims } })}`;
  return `${unsigned}.${Buffer.from(by.sign(Buffer.from(unsigned))).toString('base64url')}`;
}

function seedOf(key: KeyPair): string {
  return new TextDecoder().decode(key.getSeed());
}

function credsOf(account: KeyPair, user: KeyPair): string {
  const part = (name: string, text: string): string => `-----BEGIN ${name}-----\n${text}\n------END ${name}------\n\n`;
  return (
    part('NATS USER JWT', jwt(account, user, { type: 'user', subs: -1, data: -1, payload: -1 })) + part('USER NKEY SEED', seedOf(user))
  );
}

const [operator, account, system] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount()];
const NO_LIMITS = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
const KEPT = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
const operated = `jetstream {}
operator: ${jwt(operator, operator, { type: 'operator', system_account: system.getPublicKey() })}
system_account: ${system.getPublicKey()}
resolver: MEMORY
resolver_preload: {
  ${account.getPublicKey()}: ${jwt(operator, account, { type: 'account', limits: { ...NO_LIMITS, ...KEPT } })}
  ${system.getPublicKey()}: ${jwt(operator, system, { type: 'account', limits: NO_LIMITS })}
}`;
describeConfigured('NATS with an operator', operated, (url) => {
  test('lets those in whose credentials the account has signed, and no others', async () => {
    await demandConnection(nats(url(), { credentials: credsOf(account, nkeys.createUser()) }));
    const forged = credsOf(nkeys.createAccount(), nkeys.createUser());
    await expect(nats(url(), { credentials: forged }).connect()).rejects.toMatchObject({ code: 'TRANSPORT_REFUSED' });
  });
});

const elsewhere = makeCertificates('DNS:localhost');
afterAll(() => rmSync(elsewhere.directory, { recursive: true, force: true }));
const named = `jetstream {}\ntls { cert_file: "${elsewhere.server.files.cert}", key_file: "${elsewhere.server.files.key}" }`;
describeConfigured('NATS with the certificate of another name', named, (url) => {
  test('is no server for whoever asks for it by its address', async () => {
    const { ca } = elsewhere;
    const by = (host: string) => nats(url().replace('nats:', 'tls:').replace('127.0.0.1', host), { tls: { ca }, timeoutMs: 5_000 });
    await demandConnection(by('localhost'));
    const unreachable = { code: 'TRANSPORT_UNREACHABLE', message: expect.stringContaining('127.0.0.1') };
    await expect(by('127.0.0.1').connect()).rejects.toMatchObject(unreachable);
  });
});

const key = nkeys.createUser();
const seed = seedOf(key);
const nkey = `jetstream {}\naccounts { KEPT { jetstream: enabled, users: [ { nkey: ${key.getPublicKey()} } ] } }`;
describeConfigured('NATS with NKeys', nkey, (url) => {
  test('lets those in who have the seed, and no others', async () => {
    await demandConnection(nats(url(), { credentials: `${seed}\n` }));
    const other = seedOf(nkeys.createUser());
    await expect(nats(url(), { credentials: other }).connect()).rejects.toMatchObject({ code: 'TRANSPORT_REFUSED' });
  });
});

test.each<[string, () => unknown]>([
  ['another URL', () => nats('http://localhost')],
  ['no URL', () => nats([])],
  ['a URL among others', () => nats(['nats://a', 'amqp://b'])],
  ['two schemes', () => nats(['nats://a', 'tls://b'])],
  ['two users', () => nats(['nats://me:x@a', 'nats://you:x@b'])],
  ['a prefix with blanks', () => nats('nats://localhost', { prefix: 'a b' })],
  ['no deliveries', () => nats('nats://localhost', { deliveryLimit: 0 })],
  ['no time', () => nats('nats://localhost', { timeoutMs: Number.NaN })],
  ['half a replica', () => nats('nats://localhost', { replicas: 1.5 })],
  ['too many replicas', () => nats('nats://localhost', { replicas: 7 })],
  ['a short wait', () => nats('nats://localhost', { ackWaitMs: 10 })],
  ['certificates without TLS', () => nats('nats://localhost', { tls: {} })],
  ['credentials that are none', () => nats('nats://localhost', { credentials: 'secret' })],
  ['credentials beside a user', () => nats('nats://a:b@localhost', { credentials: seed })],
])('%s is refused, and no secret is told', (_what, make) => {
  expect(make).toThrow(/nats\(url/);
  expect(make).not.toThrow(/secret|SU[A-Z2-7]{56}/);
});

test('a transport is named by its servers, without passwords', () => {
  expect(nats(['nats://a:1', 'nats://[::1]:2']).name).toBe('nats://a:1,nats://[::1]:2');
  expect(nats('tls://me:hidden@a').name).toBe('tls://a');
});
