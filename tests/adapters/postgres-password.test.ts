import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../scripts/postgres.js';
import { postgres, prepareSchema } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, isFlowproofError, linear } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

const flow = linear('f')
  .add(defineTask({ name: 'a', execute: async () => undefined }))
  .build();

describePostgres('a role whose password changes, as tokens of clouds do', () => {
  let server: RunningPostgres | undefined;
  let admin: pg.Client | undefined;
  const url = (): string => (server as RunningPostgres).url.replace('//postgres@', '//service@');
  const change = (password: string): Promise<unknown> => (admin as pg.Client).query(`alter role service password '${password}'`);

  beforeAll(async () => {
    server = await startPostgres();
    admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await prepareSchema(server.url);
    await admin.query(`create role service login password 'first'`);
    await prepareSchema(server.url, { grantTo: 'service' });
    const rules = join(server.dataDir, 'data/pg_hba.conf');
    writeFileSync(rules, `host all service 127.0.0.1/32 scram-sha-256\n${readFileSync(rules, 'utf8')}`);
    await admin.query('select pg_reload_conf()');
  });
  afterAll(async () => {
    await admin?.end();
    await server?.stop();
  });

  test('each connection asks for it, so that runs go on with the next one', async () => {
    let password = 'first';
    let asked = 0;
    const ask = async (): Promise<string> => {
      asked++;
      return password;
    };
    const store = postgres({ connectionString: url(), password: ask }, { migrate: false });
    await using app = flowproof({ persistence: store, flows: [flow], recover: false });
    expect((await app.run(flow, { id: 'one' })).state).toBe('SUCCESS');
    const before = asked;
    password = 'second';
    await change('second');
    await admin?.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'service'`);
    expect((await app.run(flow, { id: 'two' })).state).toBe('SUCCESS');
    expect(asked).toBeGreaterThan(before);
  });

  test('a wrong one is refused at once', async () => {
    await using app = flowproof({
      persistence: postgres({ connectionString: url(), password: 'wrong' }, { migrate: false }),
      flows: [flow],
    });
    await expect(app.run(flow)).rejects.toSatisfy((error) => isFlowproofError(error, 'STORE_REFUSED'));
  });
});
