import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startPostgres } from '../../scripts/postgres.js';
import { postgres, prepareSchema } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear } from '../../src/index.js';
import { asPersistenceError } from '../../src/sql/client/sql-errors.js';
import { describePostgres } from '../support/postgres.js';
import { startAgain } from './postgres-rig.js';

const greet = defineTask({ name: 'greet', execute: async () => undefined });
const flow = linear('greeting').add(greet).build();

/** Resolves when a statement, or a connection, of this process was refused with this code. */
function refused(wanted: string): Promise<void> {
  return new Promise((resolve) => {
    for (const method of ['query', 'connect'] as const) {
      const original = pg.Client.prototype[method] as (...args: unknown[]) => unknown;
      vi.spyOn(pg.Client.prototype, method).mockImplementation(function (this: pg.Client, ...args: unknown[]) {
        const look = (error: unknown) => void ((error as { code?: string } | null)?.code === wanted && resolve());
        const [callback] = args;
        // As pools connect.
        if (method === 'connect' && typeof callback === 'function') {
          const heard = (error: unknown, ...more: unknown[]) => {
            look(error);
            callback(error, ...more);
          };
          return Reflect.apply(original, this, [heard]) as never;
        }
        const answer = Reflect.apply(original, this, args);
        if (answer instanceof Promise) answer.catch(look);
        return answer as never;
      });
    }
  });
}

describePostgres('what passes', (database) => {
  afterEach(() => vi.restoreAllMocks());

  /** A role of which settings hold for this test alone. */
  async function service(): Promise<{ readonly role: string; readonly url: string }> {
    const role = `service_${randomUUID().replaceAll('-', '')}`;
    await database().admin.query(`create role ${role} login`);
    await prepareSchema(database().url, { grantTo: role });
    const url = new URL(database().url);
    url.username = role;
    return { role, url: url.href };
  }
  const run = (sql: string) => database().admin.query(sql);
  const endAll = (role: string) => run(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`);

  const troubles = [
    ['57014', 'a statement is canceled', "set statement_timeout = '1ms'", 'reset statement_timeout'],
    ['53300', 'no connection is left', 'connection limit 0', 'connection limit -1'],
    ['25006', 'the server only reads', 'set default_transaction_read_only = on', 'reset default_transaction_read_only'],
  ] as const;

  test.each(troubles)('(%s, %s) is waited for by who opens and by who starts a run', async (code, _, begin, end) => {
    const { role, url } = await service();
    const pool = new pg.Pool({ connectionString: url, max: 3 });
    const sources = { url: postgres(url), pool: postgres(pool) };
    for (const [name, persistence] of Object.entries(sources)) {
      await using open = flowproof({ persistence, flows: [flow] });
      await open.run(flow);
      await run(`alter role ${role} ${begin}`);
      await endAll(role);
      const isRefused = refused(code);
      await using opening = flowproof({ persistence, flows: [flow] });
      const runs = [open.run(flow, { id: `open ${code} ${name}` }), opening.run(flow, { id: `opening ${code} ${name}` })];
      await isRefused;
      await run(`alter role ${role} ${end}`);
      await endAll(role);
      expect((await Promise.all(runs)).map(({ state }) => state)).toEqual(['SUCCESS', 'SUCCESS']);
      vi.restoreAllMocks();
    }
    await pool.end();
  });

  test('(a server that is down) is waited for by who opens, with a warning that says why', async () => {
    const server = await startPostgres();
    await server.kill();
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    await using app = flowproof({ persistence: postgres(server.url), flows: [flow] });
    const result = app.run(flow);
    expect(await warned).toMatchObject({ code: 'STORE_UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') });
    const again = await startAgain(server);
    expect((await result).state).toBe('SUCCESS');
    await app.stop();
    await again.stop();
    await rm(server.dataDir, { recursive: true });
  });

  test('is not waited for when it can’t: no such database, no such role, a pool that was ended, a URL that is none', async () => {
    const url = (change: (url: URL) => void) => {
      const other = new URL(database().url);
      change(other);
      return other.href;
    };
    const ended = new pg.Pool({ connectionString: database().url });
    await ended.end();
    const destroyed = new Kysely<object>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: database().url }) }) });
    await destroyed.connection().execute(async () => undefined);
    await destroyed.destroy();
    for (const source of [
      url((one) => {
        one.pathname = '/there_is_no_such_database';
      }),
      url((one) => {
        one.username = 'there_is_no_such_role';
      }),
      ended,
      destroyed,
      'postgres://postgres@127.0.0.1:port/none',
    ]) {
      await using app = flowproof({ persistence: postgres(source), flows: [flow] });
      await expect(app.run(flow)).rejects.toMatchObject({ code: 'STORE_REFUSED' });
    }
  });
});

describe('what a store says of', () => {
  const error = (code: string | undefined, message = 'said so') => Object.assign(new Error(message), code === undefined ? {} : { code });
  test.each([
    ...['08006', '25006', '25P03', '40001', '53100', '53200', '53300', '55P03', '57014', '57P01', '57P02', '57P03', '58030'].map((code) => [
      code,
    ]),
    ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EPIPE', undefined].map((code) => [code]),
  ])('%s: it may pass', (code) => {
    expect(asPersistenceError(error(code))).toMatchObject({ code: 'STORE_UNREACHABLE', message: expect.stringContaining('said so') });
  });

  test.each([
    '28P01',
    '3D000',
    '42601',
    '23505',
    '22021',
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_INVALID_URL',
  ])('%s: it does not pass', (code) => {
    expect(asPersistenceError(error(code))).toMatchObject({ code: 'STORE_REFUSED', message: expect.stringContaining('said so') });
  });

  test.each(['3F000', '42P01', '42703', '42501'])('%s: the tables are not right', (code) => {
    expect(asPersistenceError(error(code))).toMatchObject({ code: 'STORE_SCHEMA' });
  });

  test('a host of several addresses: what each of them says', () => {
    const all = new AggregateError([error('ECONNREFUSED', 'refused by ::1'), error('ECONNREFUSED', 'refused by 127.0.0.1')], '');
    expect(asPersistenceError(Object.assign(all, { code: 'ECONNREFUSED' }))).toMatchObject({
      code: 'STORE_UNREACHABLE',
      message: expect.stringContaining('refused by ::1, refused by 127.0.0.1'),
    });
  });

  test('an error that can’t be read: something', () => {
    const odd = new Proxy(new Error('x'), {
      get() {
        throw new Error('no');
      },
    });
    for (const thrown of [undefined, null, 7, Symbol('x'), Object.create(null), odd])
      expect(asPersistenceError(thrown)).toBeInstanceOf(Error);
  });
});
