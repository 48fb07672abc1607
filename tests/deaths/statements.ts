import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { postgres } from '../../src/adapters/postgres/index.js';
import { conductor, flowproof, type RunInfo } from '../../src/index.js';
import { describePostgres, type TestDatabase } from '../support/postgres.js';
import { Doomed, doneIn, doomedProgram } from './doomed.js';
import type { Death } from './doomed-process.js';
import { daily, fired, flows, heard, napped } from './stories.js';

export type Story = keyof typeof STORIES;

/** What a process does until it dies, and its statements in between. */
export const STORIES = {
  firing: { what: 'a schedule fires', writes: ['fire', 'append'], schedule: 'daily' },
  'letting go': { what: 'a run begins, and is let go of', writes: ['create', 'append'], starts: 'r' },
  hearing: { what: 'a run that was let go of hears a signal', writes: ['take', 'append'] },
  claiming: { what: 'a posted run is claimed', writes: ['claim', 'append'], conducts: true },
  rising: { what: 'a run that was let go of is due', writes: ['take', 'append'] },
} as const;

/** Sent by the clock, and as often as a process looks: one more or less of them may be there before the end. */
const NOW_AND_THEN = ['tick', 'take', 'claim', 'find', 'load', 'schedules'];

const PATIENT = { timeout: 50_000, interval: 20 };

/** One store of its own for each death. */
class Place {
  readonly schema: string;
  readonly effects: string;
  readonly #database: TestDatabase;

  constructor(database: TestDatabase, directory: string, schema: string) {
    this.schema = schema;
    this.effects = join(directory, schema);
    this.#database = database;
  }

  app(recover: boolean) {
    return flowproof({
      ...{ persistence: postgres(this.#database.url, { schema: this.schema }), flows, schedules: [daily], leaseMs: 500, recover },
      services: { done: (done) => appendFileSync(this.effects, `${JSON.stringify(done)}\n`) },
    });
  }

  async ask<Row>(text: string): Promise<readonly Row[]> {
    return (await this.#database.admin.query(text.replaceAll('$s', this.schema))).rows;
  }

  /** Leaves it as the story begins. */
  async prepare(story: Story): Promise<void> {
    const isAsleep = async (): Promise<void> =>
      void (await vi.waitFor(async () => expect(await this.ask(`select from $s.runs where owner is null`)).toHaveLength(1), PATIENT));
    if (story === 'firing') {
      await using app = this.app(false);
      await app.ready();
      await app.stop();
      await this.ask(`update $s.schedules set next_at = next_at - interval '1 day'`);
      return;
    }
    if (story === 'claiming') {
      await using app = this.app(false);
      await app.post(fired, { id: 'r' });
      return;
    }
    await using app = this.app(true);
    if (story === 'hearing') {
      await app.start(heard, { id: 'r' });
      await isAsleep();
      await app.stop();
      await using sender = this.app(false);
      await sender.signal(heard, 'r', 'go');
    } else if (story === 'rising') {
      await app.start(napped, { id: 'r' });
      await isAsleep();
    } else {
      await app.runs();
    }
  }

  /** Resolves when the sleeper is due. */
  async due(): Promise<void> {
    await vi.waitFor(async () => expect(await this.ask(`select from $s.runs where wake_at <= now()`)).toHaveLength(1), PATIENT);
  }

  /** Another app goes on until the run has ended. */
  async inherit(story: Story): Promise<readonly RunInfo[]> {
    await using heir = this.app(true);
    await heir.ready();
    if (story === 'claiming') await conductor(heir).start();
    if (story === 'letting go') {
      if ((await heir.runs()).runs.length === 0) await heir.start(heard, { id: 'r' });
      await heir.signal(heard, 'r', 'go', undefined, { messageId: 'go' });
    }
    await vi.waitFor(async () => expect((await heir.runs({ states: ['SUCCESS'] })).runs).toHaveLength(1), PATIENT);
    return (await heir.runs()).runs;
  }
}

/** @param only some of what the story sends; default: all of it, on both sides, and while it is on its way */
export function killsAt(name: string, story: Story, only?: readonly Death[]): void {
  const directory = mkdtempSync(join(tmpdir(), 'flowproof-deaths-'));
  let program = '';
  beforeAll(async () => {
    program = await doomedProgram(name);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  describePostgres(STORIES[story].what, (database) => {
    const { what: _, writes, ...told } = STORIES[story];
    const begin = (place: Place, more: object): Doomed =>
      new Doomed(program, { database: database().url, schema: place.schema, effects: place.effects, ...told, ...more });
    const end =
      story === 'letting go'
        ? ({ asleep }: { asleep?: string }) => asleep !== undefined
        : ({ state }: { state?: string }) => state === 'SUCCESS';
    const placeOf = (id: string): Place => new Place(database(), directory, `${story.replace(' ', '_')}_${id}`);

    async function deaths(): Promise<readonly Death[]> {
      const place = placeOf('reference');
      await place.prepare(story);
      if (story === 'rising') await place.due();
      const process = begin(place, { tells: true });
      expect(await process.says(end)).toBe(true);
      const said = process.heard.slice(0, process.heard.findIndex(end) + 1);
      await process.kill();
      const sent = said.flatMap(({ kind, nth }) => (kind === undefined || nth === undefined ? [] : [{ kind, nth }]));
      return sent.flatMap((one) => (['before', 'sent', 'after'] as const).map((side) => ({ ...one, side })));
    }

    test('and it goes on exactly once, wherever its process is killed', async () => {
      const all = only ?? (await deaths());
      if (only === undefined) expect(all.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...writes]));
      let killed = 0;
      const table = all.map((dies, index) => ({ dies, place: placeOf(`${index}`) }));
      for (const { place } of table) await place.prepare(story);
      for (const { dies, place } of table) {
        const at = `${dies.side} ${dies.kind} ${dies.nth}`;
        if (story === 'rising') await place.due();
        const process = begin(place, { dies });
        const ended = await Promise.race([process.gone(), process.says(end).then((isAtEnd) => (isAtEnd ? 'ended' : process.gone()))]);
        if (ended === 'SIGKILL') killed++;
        else expect(NOW_AND_THEN, at).toContain(dies.kind);
        await process.kill();
        const runs = await place.inherit(story);
        expect(runs, at).toHaveLength(1);
        const keys = new Set(doneIn(place.effects).map(({ run, task, key }) => `${run} ${task} ${key}`));
        expect(keys.size, at).toBe(2);
        expect(await place.ask(`select from $s.inbox`), at).toEqual([]);
        const moved = await place.ask<{ revision: number; later: boolean }>(`select revision, next_at > now() as later from $s.schedules`);
        expect(moved, at).toEqual([{ revision: story === 'firing' ? 2 : 1, later: true }]);
      }
      expect(killed).toBeGreaterThan(all.length / 2);
    });
  });
}
