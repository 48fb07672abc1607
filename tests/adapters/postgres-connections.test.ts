import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { postgres, prepareSchema } from '../../src/adapters/postgres/index.js';
import { concurrent, defineTask, flowproof, linear } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

const step = defineTask({ name: 'step', execute: async () => undefined });
const flow = linear('steps').add(step).add(step, { name: 'second' }).add(step, { name: 'third' }).build();

describePostgres('a role with few connections', (database) => {
  async function service(limit: number): Promise<{ readonly role: string; readonly url: string }> {
    const role = `few_${randomUUID().replaceAll('-', '')}`;
    await database().admin.query(`create role ${role} login connection limit ${limit}`);
    await prepareSchema(database().url, { grantTo: role });
    const url = new URL(database().url);
    url.username = role;
    return { role, url: url.href };
  }

  test.each([1, 2, 3])('(%s) runs its flows all the same, and says what makes them slow', async (limit) => {
    const { url, role } = await service(limit);
    const warned: Error[] = [];
    const hear = (warning: Error) => void warned.push(warning);
    process.on('warning', hear);
    try {
      await using app = flowproof({ persistence: postgres(url), flows: [flow], executor: concurrent(), storeTimeoutMs: 20_000 });
      const results = await Promise.all(Array.from({ length: 20 }, (_, at) => app.run(flow, { id: `${role} ${at}` })));
      expect(new Set(results.map(({ state }) => state))).toEqual(new Set(['SUCCESS']));
      expect((await app.runs({ limit: 20 })).runs).toHaveLength(20);
    } finally {
      process.off('warning', hear);
    }
    const said = warned.filter((warning) => (warning as { code?: unknown }).code === 'STORE_UNREACHABLE');
    expect(said.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^PostgreSQL has no connection left: too many connections for role .* up to 4 \+ lanes \(2\)/),
    ]);
  });
});
