import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readProject } from '../../compiler/reading/index.js';
import { openProject } from '../../compiler/source/index.js';
import { comparedWith, isStore } from '../../compiler/upgrade/index.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, encrypted, file, flowproof, forEach, linear, type TaskContext } from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';
import { FLOWS, folder, writeProject } from './upgrade-project.js';
import './parse-once.js';

afterAll(() => rmSync(folder, { recursive: true }));

describe('against the runs of a folder', () => {
  const named = (name: string) => defineTask({ name, execute: async () => ({}), revert: async () => {} } as never) as never;
  const old = linear.dynamic('f').add(named('a')).add(named('b')).build();

  test('names the runs that would be stranded, while the process that has them goes on, and changes nothing there', async () => {
    const runs = join(folder, 'runs');
    let handle: { suspend(): Promise<void> } | undefined;
    await using app = flowproof({
      persistence: file(runs),
      flows: [old],
      onEvent: (event) => {
        if (event.type === 'task' && event.path === 'f/a' && event.state === 'SUCCESS') void handle?.suspend();
      },
    });
    const begun = await app.start(old, { id: 'begun', inputs: {} });
    handle = begun;
    await begun.result();
    handle = undefined;
    await app.run(old, { id: 'ended', inputs: {} });
    const contents = () => readdirSync(runs).map((name) => [name, readFileSync(join(runs, name), 'utf8')]);
    const before = contents();

    const strands = async (text: string) => {
      const tsconfig = writeProject(text);
      const found = await comparedWith('runs', readProject(openProject([tsconfig])), { folder, tsconfigs: [tsconfig] });
      return found.map(({ code, message, related }) => [code, message, ...related.map((one) => one.message)]);
    };
    expect(await strands(FLOWS('.add(a).add(b)'))).toEqual([]);
    expect(await strands(FLOWS('.add(a).add(b)', 2))).toEqual([
      ['WOULD_STRAND', "flow 'f' would strand 1 unfinished run: 'begun'", "begun: 'f/a' began in version 1, and is version 2 now"],
    ]);
    expect(contents()).toEqual(before);
    expect((await app.resume(old, 'begun')).state).toBe('SUCCESS');
    expect(await strands(FLOWS('.add(a).add(b)', 2))).toEqual([]);
    rmSync(runs, { recursive: true, force: true });
  });

  test('takes no other folder for one, and says what it can not read', async () => {
    const tsconfig = writeProject(FLOWS('.add(a)'));
    const reading = readProject(openProject([tsconfig]));
    const other = join(folder, 'other');
    mkdirSync(other);
    expect(isStore(other, folder)).toBe(false);
    await expect(comparedWith(other, reading, { folder, tsconfigs: [tsconfig] })).rejects.toThrow('EISDIR');
    writeFileSync(join(other, 'journal-00000001.log'), 'something else\n');
    expect(isStore(other, folder)).toBe(true);
    await expect(comparedWith(other, reading, { folder, tsconfigs: [tsconfig] })).rejects.toThrow('does not begin as a journal');
    rmSync(other, { recursive: true });
  });
});

describePostgres('against the runs of a database', (database) => {
  test('names the runs that would be stranded, and no other', async () => {
    const { url } = database();
    const named = (name: string, version = 1) =>
      defineTask({ name, version, execute: async () => ({}), revert: async () => {} } as never) as never;
    const old = linear.dynamic('f').add(named('a')).add(named('b')).build();
    let handle: { suspend(): Promise<void> } | undefined;
    const app = flowproof({
      persistence: postgres(url),
      flows: [old],
      onEvent: (event) => {
        if (event.type === 'task' && event.path === 'f/a' && event.state === 'SUCCESS') void handle?.suspend();
      },
    });
    const begun = await app.start(old, { id: 'begun', inputs: {} });
    handle = begun;
    await begun.result();
    handle = undefined;
    await app.run(old, { id: 'ended', inputs: {} });
    await app.stop();

    const strands = async (text: string) => {
      const tsconfig = writeProject(text);
      const found = await comparedWith(url, readProject(openProject([tsconfig])), { folder, tsconfigs: [tsconfig] });
      return found.map(({ code, message, related }) => [code, message, ...related.map((one) => one.message)]);
    };
    expect(await strands(FLOWS('.add(a).add(b)'))).toEqual([]);
    expect(await strands(FLOWS('.add(a).add(b)', 2))).toEqual([
      ['WOULD_STRAND', "flow 'f' would strand 1 unfinished run: 'begun'", "begun: 'f/a' began in version 1, and is version 2 now"],
    ]);
  });

  test('judges runs whose values are encrypted without their keys, unless their state is in a snapshot', async () => {
    const { url } = database();
    const keys = [{ id: 'k1', key: randomBytes(32) }];
    const a = defineTask({
      name: 'a',
      provides: ['token'],
      secret: ['token'],
      execute: async () => ({ token: 't' }),
      revert: async () => {},
    });
    const b = defineTask({
      name: 'b',
      requires: ['token'],
      execute: async (_: { token: string }, ctx: TaskContext<{ rest(): void }>) => ctx.services.rest(),
    });
    const c = defineTask({ name: 'c', requires: ['token'], execute: async (_: { token: string }) => {} });
    const flow = linear('f')
      .retry(forEach('try', [1, 2, 3, 4, 5]))
      .add(a)
      .add(b)
      .add(c)
      .build();
    const begin = async (schema: string, values: 'all' | 'secrets', failing = 0) => {
      let left = failing;
      const rest = (): void => {
        if (left-- > 0) throw new Error('once more');
        void app.suspend('r');
      };
      const persistence = encrypted(postgres(url, { schema }), { keys, values });
      const app = flowproof({ persistence, flows: [flow], services: { rest }, snapshotAfter: 3 });
      expect((await app.run(flow, { id: 'r' })).state).toBe('SUSPENDED');
      await app.stop();
    };
    await begin('some', 'secrets');
    await begin('every', 'all');
    await begin('snapshot', 'secrets', 4);
    const judged = async (schema: string, version: number) => {
      const tsconfig = writeProject(`import { defineTask, forEach, linear } from 'flowproof';
const a = defineTask({ name: 'a', version: ${version}, provides: ['token'], secret: ['token'], execute: async () => ({ token: 't' }), revert: async () => {} });
const b = defineTask({ name: 'b', requires: ['token'], execute: async (_: { token: string }) => {} });
const c = defineTask({ name: 'c', requires: ['token'], execute: async (_: { token: string }) => {} });
const d = defineTask({ name: 'd', requires: ['token'], execute: async (_: { token: string }) => {} });
export const f = linear('f').retry(forEach('try', [1, 2, 3, 4, 5])).add(a).add(b).add(c).add(d).build();
`);
      const found = await comparedWith(`${url}?schema=${schema}`, readProject(openProject([tsconfig])), { folder, tsconfigs: [tsconfig] });
      return found.map(({ code, message }) => [code, message]);
    };
    for (const schema of ['some', 'every']) {
      expect(await judged(schema, 1)).toEqual([]);
      expect(await judged(schema, 2)).toEqual([['WOULD_STRAND', "flow 'f' would strand 1 unfinished run: 'r'"]]);
    }
    expect(await judged('snapshot', 2)).toEqual([
      ['NEEDS_MIGRATION', "flow 'f' has runs that can't be judged without their keys, 'r': their state is encrypted"],
    ]);
  });
});
