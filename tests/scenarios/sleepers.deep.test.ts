import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { flowproof } from '../../src/index.js';
import { Random } from '../soak/random.js';
import { describePostgres } from '../support/postgres.js';
import { Crew, effectsIn, type Member } from './crew.js';
import { napping, type Woken } from './waiting-flows.js';

/** `FLOWPROOF_SLEEPERS=10000` for a night. */
const SLEEPERS = Number(process.env.FLOWPROOF_SLEEPERS ?? 1_500);
const SPREAD_MS = 10_000;
/** What is due sooner is not let go of. */
const HORIZON_MS = 11_000;
const BEGUN_IN_MS = 4;
const AT_ONCE = 100;
/** So often one of three is killed. */
const STRIKES = 10;
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
/** What is due is so by the store's clock, as each process has it from its last tick: half of what that took may be wrong. */
const CLOCKS_MS = 500;
const PATIENT = { timeout: 600_000, interval: 20 };
const directory = mkdtempSync(join(tmpdir(), 'flowproof-sleepers-'));
let crew: Crew;
beforeAll(async () => {
  crew = await Crew.of('sleepers', 'waiter-process.ts');
});
afterAll(async () => {
  await crew.killAll();
  rmSync(directory, { recursive: true, force: true });
});

/** Begins them, and leaves: they are due one after the other, from about when all of them sleep. @returns when each is due */
async function putToSleep(url: string, effects: string): Promise<ReadonlyMap<string, number>> {
  // On a machine that is slower than that, some are woken here.
  const services = { woken: (woken: Woken) => appendFileSync(effects, `${JSON.stringify(woken)}\n`) };
  await using app = flowproof({ persistence: postgres(url), flows: [napping], services });
  const firstMs = Date.now() + HORIZON_MS + SLEEPERS * BEGUN_IN_MS;
  const dueMs = new Map(Array.from({ length: SLEEPERS }, (_, n) => [`s-${n}`, Math.round(firstMs + (n / SLEEPERS) * SPREAD_MS)]));
  const ids = [...dueMs.keys()];
  for (let from = 0; from < SLEEPERS; from += AT_ONCE) {
    const some = ids.slice(from, from + AT_ONCE);
    await Promise.all(some.map((id) => app.start(napping, { id, inputs: { until: dueMs.get(id) ?? 0 } })));
  }
  return dueMs;
}

describePostgres('runs that sleep', (database) => {
  test(`${SLEEPERS} of them, woken by three processes that are killed in turn: each goes on, once, and none before its time`, async () => {
    const random = new Random(SEED);
    const effects = join(directory, 'effects');
    const orders = { database: database().url, effects, unheard: join(directory, 'unheard') };
    const dueMs = await putToSleep(database().url, effects);
    const { admin } = database();
    const count = async (where: string): Promise<number> =>
      (await admin.query(`select count(*)::int as n from flowproof.runs where ${where}`)).rows[0].n;

    let risen = SLEEPERS - (await count(`state = 'RUNNING'`));
    const begin = (): Member => {
      const member = crew.begin(orders);
      member.onLine(({ work }) => {
        if (work !== undefined) risen++;
      });
      return member;
    };
    const members = [begin(), begin(), begin()];
    for (let strike = 1; strike <= STRIKES; strike++) {
      await Promise.all(members.map((one) => one.hears(({ ready }) => ready === true)));
      await vi.waitFor(() => expect(risen).toBeGreaterThanOrEqual((SLEEPERS * strike) / (STRIKES + 1)), PATIENT);
      const [killed] = members.splice(Math.floor(random.between(0, members.length)), 1);
      killed?.child.kill('SIGKILL');
      members.push(begin());
    }
    await vi.waitFor(async () => expect(await count(`state = 'SUCCESS'`)).toBe(SLEEPERS), PATIENT);

    const woken = effectsIn<Woken>(effects);
    // Those who died had calls under way, which were made again by the same keys.
    const keys = new Set(woken.map(({ run, key }) => `${run} ${key}`));
    expect(keys.size).toBe(SLEEPERS);
    expect(new Set(woken.map(({ run }) => run)).size).toBe(SLEEPERS);
    expect(woken.filter(({ run, atMs }) => atMs < (dueMs.get(run) ?? 0) - CLOCKS_MS)).toEqual([]);
    expect((await admin.query('select count(*)::int as n from flowproof.inbox')).rows[0].n).toBe(0);
    for (const { child } of members) child.kill('SIGTERM');
    await Promise.all(members.map((one) => one.gone()));
  });
});
