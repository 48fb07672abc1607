import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describePostgres } from '../support/postgres.js';
import type { Orders } from './engine-process.js';
import { EngineProcess, effectsIn, engineProgram, type Said, worksOf } from './processes.js';

const directory = mkdtempSync(join(tmpdir(), 'flowproof-kill-'));
let program = '';
beforeAll(async () => {
  program = await engineProgram('kill-everywhere');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const SCENARIOS = {
  forward: { failing: [], writes: 7 },
  'a retry, then all the way back': { failing: ['d'], writes: 13 },
  'an optional part is tried again, undone and left out': { lenient: true, failing: ['d'], writes: 12 },
  'what an optional part has left is taken back with the run': { lenient: true, failing: ['d', 'f'], writes: 15 },
} as const satisfies Readonly<Record<string, Pick<Orders, 'lenient' | 'failing'> & { readonly writes: number }>>;

type Store = (name: string) => Orders['store'];

async function killEverywhere(scenario: keyof typeof SCENARIOS, store: Store, moments: readonly ('before' | 'after')[]): Promise<void> {
  const { writes, ...more } = SCENARIOS[scenario];
  const orders = (name: string): Orders => ({
    store: store(name),
    effects: join(directory, `${name}.effects`),
    action: 'run',
    id: name,
    ...more,
  });
  const base = `${scenario}-${Math.random().toString(36).slice(2)}`;
  const calm = orders(`${base}-calm`);
  const reference = await new EngineProcess(program, calm).last();
  const work = worksOf(effectsIn(calm.effects));

  const kills = Array.from({ length: writes }, (_, write) => moments.map((when) => ({ write, when }))).flat();
  for (const { write, when } of kills) {
    const rough = orders(`${base}-${write}-${when}`);
    const killed = new EngineProcess(program, { ...rough, at: { write, when, signal: 'SIGKILL' } });
    await killed.last();
    expect(killed.child.signalCode, `killed ${when} write ${write}`).toBe('SIGKILL');
    const end = await new EngineProcess(program, rough).last();
    expect(shape(end), `killed ${when} write ${write}`).toEqual(shape(reference));
    const effects = effectsIn(rough.effects);
    expect(worksOf(effects), `killed ${when} write ${write}`).toEqual(work);
    // Only what was in flight is repeated, with the key that it had.
    expect(effects.length - work.length, `killed ${when} write ${write}`).toBeLessThanOrEqual(1);
  }
  // There is no write that was forgotten: one more would never come.
  const past = orders(`${base}-past`);
  const unharmed = new EngineProcess(program, { ...past, at: { write: writes, when: 'before', signal: 'SIGKILL' } });
  expect(shape(await unharmed.last())).toEqual(shape(reference));
  expect(unharmed.child.signalCode).toBeNull();
}

function shape(said: Said | undefined): unknown {
  return JSON.parse(
    JSON.stringify(said?.end ?? said ?? null, (key, value) =>
      key === 'stack' || key === 'attempt' || key === 'runId' ? undefined : value,
    ),
  );
}

describe('file store, SIGKILL before and after every write', () => {
  test.concurrent.each(Object.keys(SCENARIOS) as (keyof typeof SCENARIOS)[])(
    '%s',
    (scenario) => killEverywhere(scenario, (name) => ({ file: join(directory, name) }), ['before', 'after']),
    300_000,
  );
});

describePostgres('PostgreSQL, SIGKILL after every write', (database) => {
  test.concurrent.each(Object.keys(SCENARIOS) as (keyof typeof SCENARIOS)[])(
    '%s',
    (scenario) => killEverywhere(scenario, () => ({ postgres: database().url }), ['after']),
    300_000,
  );
});
