/** A program for tests: a conductor in a process of its own, of a flow that has a limit. */
import pg from 'pg';
import { postgres } from '../../src/adapters/postgres/index.js';
import { conductor, flowproof } from '../../src/index.js';
import { limitedFlow } from './limited-flow.js';

const { database, leaseMs } = JSON.parse(process.argv[2] ?? '{}') as { readonly database: string; readonly leaseMs: number };
const pool = new pg.Pool({ connectionString: database, max: 4 });
// It ends with its database.
pool.on('error', () => process.exit(1));
const app = flowproof({
  persistence: postgres(database),
  flows: [limitedFlow],
  leaseMs,
  services: {
    /** Says how many runs of the customer are under way, itself among them. */
    begins: async (id: string, customer: string) => {
      const client = await pool.connect();
      try {
        await client.query('begin; select pg_advisory_xact_lock(4711)');
        await client.query('insert into marks (id, customer) values ($1, $2) on conflict (id) do update set calls = marks.calls + 1', [
          id,
          customer,
        ]);
        await client.query('insert into counts select $1, count(*) from marks where customer = $1 and not over', [customer]);
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
