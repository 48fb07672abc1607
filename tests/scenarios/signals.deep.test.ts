import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Random } from '../soak/random.js';
import { describePostgres } from '../support/postgres.js';
import { Crew, effectsIn, type Member } from './crew.js';
import type { Told } from './waiter-process.js';
import { WORDS, type Woken } from './waiting-flows.js';

/** `FLOWPROOF_SIGNALS=10000` for a night. */
const SIGNALS = Number(process.env.FLOWPROOF_SIGNALS ?? 2_000);
/** A run hears three of them: some get more, and some fewer. */
const RUNS = Math.ceil(SIGNALS / 4);
/** So often one of three is killed. */
const STRIKES = 10;
/** What a process is told before it has done what it was told. */
const AT_ONCE = 30;
const SEED = Number(process.env.FLOWPROOF_SEED ?? 1);
const PATIENT = { timeout: 600_000, interval: 20 };
const directory = mkdtempSync(join(tmpdir(), 'flowproof-signals-'));
let crew: Crew;
beforeAll(async () => {
  crew = await Crew.of('signals', 'waiter-process.ts');
});
afterAll(async () => {
  await crew.killAll();
  rmSync(directory, { recursive: true, force: true });
});

/** What became of something that a process was told. */
interface Done {
  readonly told: Told;
  readonly refused: string | undefined;
  /** A process was killed that had been told it, too: whether it has done it is not known. */
  readonly again: boolean;
}

/** Three processes that do what there is to do; what one has not done when it is killed, another one does. */
class Office {
  readonly done: Done[] = [];
  readonly #begin: () => Member;
  readonly #members = new Map<Member, Map<number, { told: Told; again: boolean }>>();
  #left: { told: Told; again: boolean }[] = [];

  constructor(begin: () => Member) {
    this.#begin = begin;
    for (let count = 0; count < 3; count++) this.#hire();
  }

  get members(): readonly Member[] {
    return [...this.#members.keys()];
  }

  give(all: readonly Told[]): void {
    this.#left.push(...all.map((told) => ({ told, again: false })));
    for (const member of this.members) this.#feed(member);
  }

  get isIdle(): boolean {
    return this.#left.length === 0 && [...this.#members.values()].every(({ size }) => size === 0);
  }

  strike(random: Random): void {
    const killed = random.of(this.members);
    if (killed === undefined) return;
    killed.child.kill('SIGKILL');
    const open = [...(this.#members.get(killed)?.values() ?? [])];
    this.#members.delete(killed);
    this.#left = [...open.map(({ told }) => ({ told, again: true })), ...this.#left];
    this.#hire();
  }

  #hire(): void {
    const member = this.#begin();
    this.#members.set(member, new Map());
    member.onLine(({ ready, done, refused }) => {
      if (done !== undefined) this.#note(member, done, refused);
      if (ready === true || done !== undefined) this.#feed(member);
    });
  }

  #note(member: Member, number: number, refused: string | undefined): void {
    const open = this.#members.get(member)?.get(number);
    if (open === undefined) return;
    this.#members.get(member)?.delete(number);
    this.done.push({ ...open, refused });
  }

  #feed(member: Member): void {
    const open = this.#members.get(member);
    if (open === undefined || !member.heard.some(({ ready }) => ready === true)) return;
    while (open.size < AT_ONCE) {
      const next = this.#left.shift();
      if (next === undefined) return;
      open.set(next.told.number, next);
      member.tell(next.told);
    }
  }
}

describePostgres('signals to runs that sleep, run, rest and have ended', (database) => {
  test(`${SIGNALS} of them, sent by three processes that are killed in turn: each is heard once, refused, or told as unheard`, async () => {
    const random = new Random(SEED);
    const [effects, unheard] = [join(directory, 'effects'), join(directory, 'unheard')];
    const office = new Office(() => crew.begin({ database: database().url, effects, unheard }));
    const { admin } = database();
    let number = 0;
    const runs = Array.from({ length: RUNS }, (_, n) => `r-${n}`);
    const word = (run: string): Told => ({ number, does: 'signal', run, word: `w-${number++}` });
    office.give(runs.map((run) => ({ number: number++, does: 'start', run })));
    await vi.waitFor(() => expect(office.isIdle).toBe(true), PATIENT);

    const wishes = Array.from({ length: SIGNALS }, (): readonly Told[] => {
      const run = random.of(runs) ?? '';
      const other = random.of(runs) ?? '';
      const chance = random.next();
      if (chance < 0.1) return [word(run), { number: number++, does: 'suspend', run: other }];
      return chance < 0.2 ? [word(run), { number: number++, does: 'resume', run: other }] : [word(run)];
    }).flat();
    const before = office.done.length;
    office.give(wishes);
    for (let strike = 1; strike <= STRIKES; strike++) {
      const least = before + (wishes.length * strike) / (STRIKES + 1);
      await vi.waitFor(() => expect(office.done.length).toBeGreaterThanOrEqual(least), PATIENT);
      office.strike(random);
    }
    await vi.waitFor(() => expect(office.isIdle).toBe(true), PATIENT);

    // From here on nobody is killed. What is open gets more than it needs to end, once: more of it would fill the runs of a slow machine.
    const open = async (): Promise<readonly { readonly key: string; readonly state: string }[]> =>
      (await admin.query(`select key, state from flowproof.runs where state in ('RUNNING', 'SUSPENDED')`)).rows;
    const rest = (await open()).map(({ key }) => key);
    const endedInPeace = new Set(rest);
    office.give(rest.flatMap((run) => Array.from({ length: WORDS + 1 }, () => word(run))));
    await vi.waitFor(async () => {
      const still = await open();
      if (office.isIdle)
        office.give(still.flatMap(({ key, state }) => (state === 'SUSPENDED' ? [{ number: number++, does: 'resume', run: key }] : [])));
      expect(still).toEqual([]);
      expect(office.isIdle).toBe(true);
    }, PATIENT);

    const { rows: entries } = await admin.query(
      `select r.key, j.transitions from flowproof.journal j join flowproof.runs r on r.run_id = j.run_id`,
    );
    const stated = new Map<string, string>();
    for (const { key, transitions } of entries) for (const [kind, , id] of transitions) if (kind === 'SIGNAL') stated.set(id, key);
    const woken = effectsIn<Woken>(effects);
    const heard = new Map<string, Set<string>>();
    for (const { run, key, heard: text = '' } of woken) heard.set(text, (heard.get(text) ?? new Set()).add(`${run} ${key}`));
    const signals = office.done.filter(({ told }) => told.does === 'signal');
    const codes = new Set(signals.flatMap(({ refused }) => refused ?? []));
    expect([...codes]).toEqual(['RUN_ENDED']);
    // By one wait each, and of the run that it was sent to.
    expect([...heard].filter(([, by]) => by.size !== 1)).toEqual([]);
    expect(signals.filter(({ told: { word: text = '', run } }) => stated.has(text) && stated.get(text) !== run)).toEqual([]);
    expect([...heard.keys()].filter((text) => !stated.has(text))).toEqual([]);
    expect(heard.size).toBe(RUNS * WORDS);
    // What was refused, and was not sent before by somebody who was killed, has done nothing.
    expect(signals.filter(({ told, refused, again }) => refused !== undefined && !again && stated.has(told.word ?? ''))).toEqual([]);
    // What was taken, and not heard, was told; by a process that was killed then perhaps to nobody. What comes behind the last step stays in the inbox.
    const { rows: left } = await admin.query(`select r.key from flowproof.inbox i join flowproof.runs r on r.run_id = i.run_id`);
    const silent = signals.filter(({ told: { word: text = '' }, refused, again }) => !heard.has(text) && (refused === undefined || again));
    const counts = { told: counted(effectsIn<{ run: string }>(unheard).map(({ run }) => run)), left: counted(left.map(({ key }) => key)) };
    const expected = counted(silent.map(({ told: { run } }) => run));
    const toldOf = (run: string): number => (counts.told.get(run) ?? 0) + (counts.left.get(run) ?? 0);
    expect([...endedInPeace].filter((run) => toldOf(run) !== (expected.get(run) ?? 0))).toEqual([]);
    // One that was sent twice, around the last step of its run, may be told of that step and lie behind it.
    const twice = counted(silent.filter(({ again }) => again).map(({ told: { run } }) => run));
    expect(runs.filter((run) => toldOf(run) > (expected.get(run) ?? 0) + (twice.get(run) ?? 0))).toEqual([]);
    expect(endedInPeace.size).toBeGreaterThan(0);
    for (const { child } of office.members) child.kill('SIGTERM');
    await Promise.all(office.members.map((one) => one.gone()));
  });
});

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
