import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, flowproof, linear, waitFor } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const BEFORE = at('../../build/scenarios/before-waits');
const PATIENT = { timeout: 100_000, interval: 20 };
const directory = mkdtempSync(join(tmpdir(), 'flowproof-beside-'));
const children: ChildProcess[] = [];

beforeAll(() => {
  mkdirSync(BEFORE, { recursive: true });
  writeFileSync(join(BEFORE, 'before-waits.mjs'), gunzipSync(readFileSync(at('../fixtures/releases/before-waits.mjs.gz'))));
  copyFileSync(at('../fixtures/releases/process.mjs'), join(BEFORE, 'process.mjs'));
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

const task = (name: string) => defineTask({ name, execute: async () => undefined });
/** As the other release has it, with a wait in it. */
const order = linear('order').add(task('pick')).add(task('pack')).add(waitFor('word', z.string())).add(task('ship')).build();

interface Said {
  readonly ready?: true;
  readonly work?: string;
  readonly run?: string;
  readonly ended?: string;
  readonly state?: string;
}

describePostgres('the release before waits and this one, on one database', (database) => {
  const gate = join(directory, 'gate');

  function before(start: readonly string[]) {
    const orders = { database: database().url, start, gate };
    const child = spawn(process.execPath, [join(BEFORE, 'process.mjs'), JSON.stringify(orders)], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const said: Said[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line) as Said));
    return { child, said, hears: (isIt: (one: Said) => boolean) => vi.waitFor(() => expect(said.some(isIt)).toBe(true), PATIENT) };
  }

  const today = (recover: boolean) => {
    const app = flowproof({ persistence: postgres(database().url), flows: [order], recover });
    onTestFinished(() => app.stop());
    return app;
  };

  /** Each process that lives has looked for runs twice since. */
  async function ticked(): Promise<void> {
    const ends = async (): Promise<readonly string[]> =>
      (
        await database().admin.query('select owner, expires_at::text as at from flowproof.leases where expires_at > now() order by owner')
      ).rows.map(({ at: time }) => time);
    for (let times = 0; times < 2; times++) {
      const seen = await ends();
      await vi.waitFor(async () => expect((await ends()).every((time) => !seen.includes(time))).toBe(true), PATIENT);
    }
  }

  const rows = async (text: string): Promise<readonly Record<string, unknown>[]> => (await database().admin.query(text)).rows;

  test('runs that wait are left alone by the other one, and what is sent to its runs is kept for who can hear it', async () => {
    const ids = Array.from({ length: 10 }, (_, n) => `asleep-${n}`);
    const first = today(true);
    for (const id of ids) await first.start(order, { id });
    const asleep = async (): Promise<number> =>
      (await rows(`select from flowproof.runs where key like 'asleep%' and state = 'RUNNING' and owner is null`)).length;
    await vi.waitFor(async () => expect(await asleep()).toBe(ids.length), PATIENT);
    await first.stop();

    const held = Array.from({ length: 10 }, (_, n) => `held-${n}`);
    const plain = Array.from({ length: 10 }, (_, n) => `plain-${n}`);
    const other = before([...held, ...plain]);
    await other.hears(({ ready }) => ready === true);
    for (const id of plain) await other.hears(({ ended, state }) => ended === id && state === 'SUCCESS');
    for (const id of held) await other.hears(({ work, run }) => work === 'pack' && run === id);

    // They are due now, and none of its business.
    const sender = today(false);
    for (const id of [...ids, ...held]) await sender.signal(order, id, 'word', `to ${id}`);
    await ticked();
    expect(await asleep()).toBe(ids.length);
    expect(await rows('select from flowproof.inbox')).toHaveLength(ids.length + held.length);
    expect(other.said.filter(({ run }) => run?.startsWith('asleep'))).toEqual([]);

    // This one wakes what sleeps, while the other one goes on with what it has.
    const second = today(true);
    await second.ready();
    for (const id of ids) {
      const result = await second.handle(order, id).result();
      expect(result).toMatchObject({ state: 'SUCCESS', results: { word: `to ${id}` } });
    }
    expect(await rows(`select from flowproof.inbox`)).toHaveLength(held.length);

    other.child.kill('SIGKILL');
    writeFileSync(gate, '');
    for (const id of held) {
      const result = await second.handle(order, id).result();
      expect(result).toMatchObject({ state: 'SUCCESS', results: { word: `to ${id}` } });
    }
    expect(await rows(`select from flowproof.inbox`)).toEqual([]);
    expect(await rows(`select from flowproof.runs where state <> 'SUCCESS'`)).toEqual([]);
  }, 300_000);
});
