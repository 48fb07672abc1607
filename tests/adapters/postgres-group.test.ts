import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startPostgres } from '../../scripts/postgres.js';
import { type PostgresOptions, postgres } from '../../src/adapters/postgres/index.js';
import type { AppendResult, Journal } from '../../src/persistence/index.js';
import { encodeItem } from '../../src/sql/append/append-params.js';
import { GroupCommit } from '../../src/sql/append/group-commit.js';
import { StepWriter } from '../../src/sql/append/step-writer.js';
import type { Row, Statement, Statements } from '../../src/sql/client/sql.js';
import { appendOne, begun, entriesOf, type SampleRun, sampleRun } from '../conformance/journal/samples.js';
import { describePostgres } from '../support/postgres.js';
import { startAgain } from './postgres-rig.js';

const RUNS = 32;

async function opened(url: string, options: PostgresOptions = {}): Promise<Journal> {
  const journal = postgres(url, options).connect();
  await journal.open();
  return journal;
}

const manyBegun = (journal: Journal, count: number) => Promise.all(Array.from({ length: count }, () => begun(journal)));

describePostgres('steps of many runs', (database) => {
  let journal: Journal;
  beforeEach(async () => {
    journal = await opened(database().url);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await journal.close();
  });

  test('of which one is stale, one blocked and one oversized: 47 go on, three end each in its own way', async () => {
    const runs = await manyBegun(journal, 50);
    const [stale, blocked, large, ...rest] = runs as [SampleRun, SampleRun, SampleRun, ...SampleRun[]];
    await appendOne(journal, stale.by(sampleRun().writer).item(1));
    const foreign = await database().admin.connect();
    await foreign.query('begin');
    const taken = `insert into flowproof.journal (run_id, writer, at, seq, epoch, format, kind, step_id, transitions)
      values ($1, $1, now(), 1, 0, 1, 'step', '\\x00', '[]')`;
    await foreign.query(taken, [blocked.runId]);
    const huge = large.item(1, { transitions: [['SUCCESS', 1, 'x'.repeat(20 * 1_048_576)]] });
    const first = Promise.all([stale, blocked].map((run) => appendOne(journal, run.item(1))));
    const refused = journal.append([huge]);
    const goOn = async (run: SampleRun) => [await appendOne(journal, run.item(1)), await appendOne(journal, run.item(2))];
    for (const kinds of await Promise.all(rest.map(goOn))) expect(kinds).toEqual(['ok', 'ok']);
    expect(await first).toEqual(['stale', 'unknown']);
    const message = `step 1 of run '${large.runId}' has 20.0 MB, of which SUCCESS of 'fetch' has 20.0 MB, and the journal takes at most 16.0 MB`;
    expect(await refused).toMatchObject([{ kind: 'refused', cause: { message: expect.stringContaining(message) } }]);
    await foreign.query('rollback');
    foreign.release();
    expect(await appendOne(journal, blocked.item(1))).toBe('ok');
    expect(await appendOne(journal, large.item(1))).toBe('ok');
  });

  test('one of which stays blocked hold up nobody while it is tried again and again', async () => {
    const [blocked, ...rest] = (await manyBegun(journal, 8)) as [SampleRun, ...SampleRun[]];
    const foreign = await database().admin.connect();
    await foreign.query('begin');
    await foreign.query('select from flowproof.runs where run_id = $1 for update', [blocked.runId]);
    let over = false;
    const insist = async () => {
      const item = blocked.item(1, { summary: { state: 'SUSPENDED', owner: null } });
      for (let kind = 'unknown'; ; kind = await appendOne(journal, item)) if (kind !== 'unknown' || over) return kind;
    };
    const insisting = insist();
    const walk = async (run: SampleRun) => {
      for (let seq = 1; seq <= 20; seq++) expect(await appendOne(journal, run.item(seq))).toBe('ok');
    };
    await Promise.all(rest.map(walk));
    await foreign.query('rollback');
    foreign.release();
    expect(await insisting).toBe('ok');
    over = true;
    expect((await journal.find({ runId: blocked.runId }))?.state).toBe('SUSPENDED');
  });

  test('through a pool of the user wait no longer for a blocked one, and leave its settings alone', async () => {
    const pool = new pg.Pool({ connectionString: database().url, max: 2 });
    const other = postgres(pool).connect();
    await other.open();
    const [blocked, ...rest] = (await manyBegun(other, 5)) as [SampleRun, ...SampleRun[]];
    const foreign = await database().admin.connect();
    await foreign.query('begin');
    await foreign.query('select from flowproof.runs where run_id = $1 for update', [blocked.runId]);
    const summary = { state: 'SUSPENDED', owner: null } as const;
    const items = [blocked, ...rest].map((run) => run.item(1, { summary }));
    expect((await other.append(items)).map(({ kind }) => kind)).toEqual(['unknown', ...rest.map(() => 'ok')]);
    await foreign.query('rollback');
    foreign.release();
    expect(await appendOne(other, items[0] ?? blocked.item(1))).toBe('ok');
    expect((await pool.query('show lock_timeout')).rows).toEqual([{ lock_timeout: '0' }]);
    await other.close();
    await pool.end();
  });

  test('cost at most a tenth of a statement and of a commit each in step, and a fifth out of it', async () => {
    const runs = await manyBegun(journal, RUNS);
    const query = vi.spyOn(pg.Client.prototype, 'query');
    // The pauses are the work of the runs, so that they get out of step; nothing is waited for by them.
    const working = (n: number) => new Promise((resolve) => setTimeout(resolve, (n * 7) % 5));
    for (const [pause, most] of [
      [() => undefined, 0.1],
      [working, 0.2],
    ] as const) {
      const before = await transactions();
      const from = (await entriesOf(journal, runs[0]?.runId ?? '')).length;
      query.mockClear();
      const walk = async (run: SampleRun, n: number) => {
        for (let step = 0; step < 50; step++) {
          expect(await appendOne(journal, run.item(from + step))).toBe('ok');
          await pause(n * step);
        }
      };
      await Promise.all(runs.map(walk));
      expect(query.mock.calls.length / (RUNS * 50)).toBeLessThanOrEqual(most);
      expect(((await transactions()) - before) / (RUNS * 50)).toBeLessThanOrEqual(most);
    }
  });

  /** How many transactions wrote what is in the journal. */
  async function transactions(): Promise<number> {
    const { rows } = await database().admin.query('select count(distinct xmin::text)::int as n from flowproof.journal');
    return rows[0].n;
  }

  test('have their answers before a journal closes', async () => {
    const other = await opened(database().url);
    const runs = await manyBegun(other, 10);
    const answers = other.append(runs.map((run) => run.item(1)));
    await other.close();
    expect((await answers).map(({ kind }) => kind)).toEqual(runs.map(() => 'ok'));
  });

  test('that are large do not share a statement with all others', async () => {
    const query = vi.spyOn(pg.Client.prototype, 'query');
    const runs = await manyBegun(journal, 6);
    query.mockClear();
    const large = (run: SampleRun) => run.item(1, { transitions: [['SUCCESS', 1, 'x'.repeat(400_000)]] });
    expect((await journal.append(runs.map(large))).map(({ kind }) => kind)).toEqual(runs.map(() => 'ok'));
    const inserts = query.mock.calls.filter(([config]) => JSON.stringify(config)?.includes('into \\"flowproof\\".journal'));
    expect(inserts).toHaveLength(3);
  });

  test('may be held to another size', async () => {
    const other = await opened(database().url, { maxStepBytes: 1_000 });
    const run = await begun(other);
    expect(await appendOne(other, run.item(1))).toBe('ok');
    expect(await appendOne(other, run.item(2, { transitions: [['SUCCESS', 1, 'Ω'.repeat(500)]] }))).toBe('refused');
    const large = sampleRun({ inputs: { small: 1, large: 'x'.repeat(1_000) } });
    await expect(other.createRun(large.create)).rejects.toMatchObject({ code: 'INVALID_INPUT', issues: [{ path: 'large' }] });
    expect(await other.find({ runId: large.runId })).toBeUndefined();
    await other.close();
    expect(() => postgres('postgres://nobody', { lanes: 0 })).toThrow(TypeError);
  });
});

describePostgres('a server that dies under 32 runs', () => {
  test('loses nothing and doubles nothing: they wait and go on', { timeout: 60_000 }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'flowproof-group-'));
    let server = await startPostgres({ dataDir });
    const journal = await opened(server.url);
    const runs = await manyBegun(journal, RUNS);
    const kinds = new Set<string>();
    let appended = 0;
    let ended = false;
    const walk = async (run: SampleRun): Promise<readonly string[]> => {
      const written = [run.create.entry.stepId];
      while (!ended) {
        const item = run.item(written.length);
        for (let kind = 'unknown'; kind === 'unknown'; kinds.add(kind)) kind = await appendOne(journal, item);
        written.push(item.entry.stepId);
        appended++;
      }
      return written;
    };
    const walking = runs.map(walk);
    for (const end of ['kill', 'stop', 'kill'] as const) {
      const until = appended + 20 * RUNS;
      await vi.waitFor(() => expect(appended).toBeGreaterThan(until), { timeout: 40_000, interval: 5 });
      await server[end]();
      server = await startAgain(server);
    }
    const until = appended + 20 * RUNS;
    await vi.waitFor(() => expect(appended).toBeGreaterThan(until), { timeout: 40_000, interval: 5 });
    ended = true;
    const written = await Promise.all(walking);
    for (const [index, run] of runs.entries()) {
      const entries = await entriesOf(journal, run.runId);
      expect(entries.map(({ stepId }) => stepId)).toEqual(written[index]);
    }
    expect(kinds).toContain('unknown');
    expect([...kinds].filter((kind) => kind === 'stale' || kind === 'refused')).toEqual([]);
    await journal.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
});

/** A lane that answers as it is told, and then with success. */
class ToldLane implements Statements {
  readonly sent: number[] = [];
  readonly #errors: string[];

  constructor(...errors: string[]) {
    this.#errors = errors;
  }

  async query(_statement: Statement, params: readonly unknown[]): Promise<readonly Row[]> {
    const runs = params[0] as readonly string[];
    this.#answer(runs.length);
    return runs.map((run_id) => ({ run_id }));
  }

  async change(): Promise<number> {
    this.#answer(1);
    return 1;
  }

  #answer(rows: number): void {
    this.sent.push(rows);
    const code = this.#errors.shift();
    if (code !== undefined && code !== '') throw Object.assign(new Error('told to'), { code });
  }
}

describe('a statement that fails', () => {
  const appendTo = (lane: Statements, count: number): Promise<AppendResult[]> => {
    const group = new GroupCommit(new StepWriter({ schema: 's', hurries: false }), [lane]);
    return Promise.all(Array.from({ length: count }, () => group.append(encodeItem(sampleRun().item(1)))));
  };
  const kinds = (results: readonly AppendResult[]) => results.map(({ kind }) => kind);

  test.each(['40P01', '40001'])('for a moment’s reason (%s): each of its steps goes alone', async (code) => {
    const lane = new ToldLane(code, code, code);
    expect(kinds(await appendTo(lane, 3))).toEqual(['ok', 'ok', 'ok']);
    expect(lane.sent).toEqual([3, 1, 1, 1, 1, 1]);
  });

  test('because of one step: that one is refused', async () => {
    expect(kinds(await appendTo(new ToldLane('22P02', '', '22P02'), 3))).toEqual(['ok', 'refused', 'ok']);
  });

  test.each(['57P01', 'ECONNRESET', 'EPIPE'])('without an answer (%s): the same again, and unknown in the end', async (code) => {
    expect(kinds(await appendTo(new ToldLane(code, code), 3))).toEqual(['ok', 'ok', 'ok']);
    expect(kinds(await appendTo(new ToldLane(code, code, code), 3))).toEqual(['unknown', 'unknown', 'unknown']);
    expect(kinds(await appendTo(new ToldLane(code, code, code), 1))).toEqual(['unknown']);
  });
});
