import pg from 'pg';
import { expect, test } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { encodeItem, formOf, paramsOf } from '../../src/sql/append/append-params.js';
import { appendStatement } from '../../src/sql/append/append-statements.js';
import { journalStatements } from '../../src/sql/journal/statements.js';
import { takeParams } from '../../src/sql/read/take-runs.js';
import { begun, sampleRun } from '../conformance/journal/samples.js';
import { describePostgres } from '../support/postgres.js';

const SCHEMA = '"flowproof"';
const ACTORS = ['send', 'release', 'take'] as const;
type Actor = (typeof ACTORS)[number];

/** All orders in which three transactions can do their statement and commit: each name stands for its next half. */
function* interleavings(left: Readonly<Record<Actor, number>>): Generator<readonly Actor[]> {
  const open = ACTORS.filter((actor) => left[actor] > 0);
  if (open.length === 0) yield [];
  for (const actor of open) for (const rest of interleavings({ ...left, [actor]: left[actor] - 1 })) yield [actor, ...rest];
}

describePostgres('a message to a run that is being let go of, while others look for runs', (database) => {
  test('is never slept through, whatever the order of statements and commits', async () => {
    const journal = postgres(database().url).connect();
    await journal.open();
    const clients = new Map<Actor, pg.Client>();
    for (const actor of ACTORS) {
      const client = new pg.Client({ connectionString: database().url });
      await client.connect();
      clients.set(actor, client);
    }
    const { admin } = database();
    const { send, tick } = journalStatements(SCHEMA);
    const tickAndTake = tick({ take: 'usual', due: false });
    const taker = sampleRun().writer;
    const take = { flows: ['provision'], limit: 10, format: 1, except: [], thorough: false, aheadMs: 0, nowMs: 0, asleepOnly: false };
    let count = 0;
    for (const order of interleavings({ send: 2, release: 2, take: 2 })) {
      await admin.query(`delete from flowproof.runs; delete from flowproof.inbox`);
      const run = await begun(journal);
      await journal.tick({ owner: run.writer, leaseMs: 600_000, watch: [] });
      const item = [encodeItem(run.item(1, { summary: { owner: null, wakeAtMs: 'never' } }))];
      const form = formOf(item);
      const statements: Record<Actor, readonly [string, readonly unknown[]]> = {
        send: [send.text, [run.runId, 'm', 'cancel', null]],
        release: [appendStatement(SCHEMA, form).text, paramsOf(item, form)],
        take: [tickAndTake.text, [taker, 600_000, [], 600_000, ...takeParams(take)]],
      };
      const going = new Map<Actor, Promise<unknown>>();
      const next = (actor: Actor, work: () => Promise<unknown>): void => {
        going.set(actor, (going.get(actor) ?? Promise.resolve()).then(work));
      };
      let saw = false;
      for (const actor of order) {
        const client = clients.get(actor) as pg.Client;
        if (going.has(actor)) {
          next(actor, async () => {
            await client.query('commit');
            // Who takes a run reads it then.
            if (actor === 'take') saw = (await client.query('select from flowproof.inbox where run_id = $1', [run.runId])).rowCount === 1;
          });
        } else {
          next(actor, () => client.query('begin').then(() => client.query(statements[actor][0], [...statements[actor][1]])));
        }
        // One that waits for a lock waits for the commit of another, which comes.
        let isDone = false;
        const settled = going.get(actor)?.then(() => {
          isDone = true;
        });
        await Promise.race([settled, untilBlocked(admin, () => isDone)]);
      }
      await Promise.all(going.values());
      const { rows } = await admin.query(
        `select owner::text as owner, coalesce(wake_at, 'infinity') <= clock_timestamp() as due from flowproof.runs`,
      );
      const heard = rows[0]?.owner === taker ? saw || rows[0]?.due : rows[0]?.owner === null && rows[0]?.due;
      expect(heard, order.join(' ')).toBe(true);
      count++;
    }
    expect(count).toBe(90);
    for (const client of clients.values()) await client.end();
    await journal.close();
  });
});

/** Resolves when some session waits for a lock. */
async function untilBlocked(admin: Pick<pg.Client, 'query'>, isDone: () => boolean): Promise<void> {
  while (!isDone()) {
    const { rowCount } = await admin.query(`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`);
    if ((rowCount ?? 0) > 0) return;
  }
}
