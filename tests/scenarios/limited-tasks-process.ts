/** A program for tests: a conductor in a process of its own, of a flow whose task has a limit. */
import pg from 'pg';
import { postgres } from '../../src/adapters/postgres/index.js';
import { concurrent, conductor, flowproof } from '../../src/index.js';
import { partnerFlow } from './limited-tasks-flow.js';

const { database, leaseMs } = JSON.parse(process.argv[2] ?? '{}') as { readonly database: string; readonly leaseMs: number };
const pool = new pg.Pool({ connectionString: database, max: 4 });
// It ends with its database.
pool.on('error', () => process.exit(1));
const app = flowproof({
  persistence: postgres(database),
  flows: [partnerFlow],
  leaseMs,
  executor: concurrent(),
  services: {
    /** Says how many calls of the tenant are under way in processes that live, itself among them. */
    begins: async (id: string, tenant: string) => {
      const client = await pool.connect();
      try {
        await client.query('begin; select pg_advisory_xact_lock(4711)');
        await client.query(
          `insert into marks (id, tenant, pid) values ($1, $2, $3)
            on conflict (id) do update set calls = marks.calls + 1, over = false, pid = excluded.pid`,
          [id, tenant, process.pid],
        );
        await client.query('insert into counts select $1, count(*) from marks where tenant = $1 and not over', [tenant]);
        await client.query('commit');
      } finally {
        client.release();
      }
    },
    ends: async (id: string) => void (await pool.query('update marks set over = true where id = $1', [id])),
  },
});
await conductor(app, { concurrency: 6 }).start();
process.stdout.write('{"ready":true}\n');
