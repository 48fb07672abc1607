import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { compare, manifestFile, parseManifestFile, presentFlow } from '../../compiler/manifest/index.js';
import { readProject } from '../../compiler/reading/index.js';
import { openProject } from '../../compiler/source/index.js';
import { comparedWith } from '../../compiler/upgrade/index.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { flowDefinitionOf } from '../../src/authoring/index.js';
import { describe as describeFlow, link } from '../../src/compilation/index.js';
import {
  type AnyFlow,
  defineTask,
  encrypted,
  type FlowEvent,
  flowproof,
  forEach,
  isFlowproofError,
  linear,
  memory,
  type Persistence,
  type TaskContext,
} from '../../src/index.js';
import { describePostgres } from '../support/postgres.js';

/** A flow as data, so that two versions of it can be generated. */
interface Plan {
  readonly version: number;
  readonly continues: readonly number[];
  readonly steps: readonly Step[];
}
interface Step {
  readonly name: string;
  readonly version: number;
  readonly gives: readonly string[];
  readonly takes: readonly string[];
  readonly reverts: boolean;
}

const NAMES = ['a', 'b', 'c', 'd'] as const;
const VALUES = ['x', 'y'] as const;
const INPUT = 'in';

const step = (names: readonly string[]) =>
  fc.record({
    name: fc.constantFrom(...names),
    version: fc.constantFrom(1, 1, 1, 2),
    gives: fc.subarray([...VALUES]),
    takes: fc.subarray([...VALUES, INPUT]),
    reverts: fc.boolean(),
  });
const steps = fc.uniqueArray(step(NAMES), { selector: ({ name }) => name, minLength: 1, maxLength: 4 });

/** What an author does to a flow: adds, takes away, writes anew, or moves. */
type Edit = readonly [kind: 'add' | 'drop' | 'replace' | 'swap', place: number, step: Step];
const edits = fc.array(fc.tuple(fc.constantFrom('add', 'drop', 'replace', 'swap'), fc.nat(3), step(['e', 'f'])), { maxLength: 2 });

function edited(list: readonly Step[], all: readonly Edit[]): readonly Step[] {
  const result = [...list];
  for (const [kind, place, one] of all) {
    const at = place % (result.length || 1);
    const there = result[at];
    if (kind === 'add' && result.every(({ name }) => name !== one.name)) result.splice(place, 0, one);
    else if (kind === 'drop') result.splice(at, 1);
    else if (kind === 'replace' && there !== undefined) result[at] = { ...one, name: there.name };
    else if (kind === 'swap') result.push(...result.splice(at, 1));
  }
  return result;
}

/** Leaves out what would not compile: values that nothing before provides, and second providers. */
function valid(list: readonly Step[]): readonly Step[] {
  const known = new Set<string>([INPUT]);
  return list.map((step) => {
    const takes = step.takes.filter((value) => known.has(value));
    const gives = step.gives.filter((value) => !known.has(value)).map((value) => value as string);
    for (const value of gives) known.add(value);
    return { ...step, takes, gives };
  });
}

function flowOf({ version, continues, steps: list }: Plan): AnyFlow {
  let builder = linear.dynamic('f', { version, continues }).input([INPUT]);
  for (const { name, version: own, gives, takes, reverts } of list) {
    const options = {
      name,
      version: own,
      requires: takes,
      provides: gives,
      execute: async () => Object.fromEntries(gives.map((value) => [value, 1])),
      ...(reverts ? { revert: async () => {} } : {}),
    };
    builder = builder.add(defineTask(options as never) as never);
  }
  return builder.build();
}

function presentOf(flow: AnyFlow) {
  const definition = flowDefinitionOf(flow);
  if (definition === undefined) throw new Error('it is no flow');
  const { shape, origins } = describeFlow(definition);
  const compiled = { shape, linked: link(shape) };
  const nowhere = () => {
    throw new Error('it has no place');
  };
  return presentFlow({ name: definition.name, definition, compiled, origins, gaps: [], placeOf: nowhere }, false);
}

/** A run of the old flow that rests when so many tasks have run; then the new flow is to go on with it. */
async function isRefused(old: AnyFlow, now: AnyFlow, after: number, persistence: Persistence): Promise<boolean> {
  let done = 0;
  const first = flowproof({
    persistence,
    flows: [old] as never,
    onEvent: (event: FlowEvent) => {
      if (event.type === 'task' && event.state === 'SUCCESS' && ++done === after) void handle.suspend();
    },
  } as never);
  const handle = await first.start(old as never, { id: 'r', inputs: { [INPUT]: 1 } } as never);
  if (after === 0) await handle.suspend();
  await handle.result();
  await first.stop();
  const second = flowproof({ persistence, flows: [now] } as never);
  try {
    await second.resume(now as never, 'r');
    return false;
  } catch (error) {
    if (isFlowproofError(error, 'INCOMPATIBLE_FLOW')) return true;
    throw error;
  } finally {
    await second.stop();
  }
}

test('what is called safe goes on from every point of a run, and what a resume refuses was not called safe', async () => {
  const met = { safe: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(steps, edits, fc.constantFrom(1, 1, 2), fc.boolean(), async (before, changes, version, continues) => {
      const old = flowOf({ version: 1, continues: [], steps: valid(before) });
      const now = flowOf({ version, continues: continues && version === 2 ? [1] : [], steps: valid(edited(before, changes)) });
      const safe = compare([presentOf(old)], [presentOf(now)]).every(({ verdict }) => verdict === 'safe');
      if (safe) met.safe++;
      for (let point = 0; point < before.length; point++) {
        const refused = await isRefused(old, now, point, memory());
        if (refused) met.refused++;
        expect(safe && refused).toBe(false);
      }
    }),
    { numRuns: 150 },
  );
  expect(met.safe).toBeGreaterThan(10);
  expect(met.refused).toBeGreaterThan(20);
}, 60_000);

describe('the upgrade check', () => {
  const task = (name: string, more: object = {}) =>
    defineTask({ name, provides: [], execute: async () => ({}), revert: async () => {}, ...more } as never) as never;
  const flow = (...names: readonly string[]) => names.reduce((all, name) => all.add(task(name)), linear.dynamic('f')).build();

  test('says nothing of a flow that did not change', () => {
    expect(compare([presentOf(flow('a', 'b'))], [presentOf(flow('a', 'b'))])).toEqual([]);
  });

  test('tells safe, migration and stranding apart', () => {
    const versioned = linear
      .dynamic('f')
      .add(task('a', { version: 2 }))
      .build();
    expect(compare([presentOf(flow('a', 'b'))], [presentOf(versioned)]).map(({ verdict, path }) => `${verdict} ${path}`)).toEqual([
      'strands f/a',
      'strands f/b',
    ]);
    expect(compare([presentOf(flow('a'))], [presentOf(flow('a', 'z'))])).toEqual([
      { verdict: 'safe', flow: 'f', path: 'f/z', message: "'f/z' is new: runs of before come to it in its turn" },
    ]);
    const second = linear.dynamic('f', { version: 2 }).add(task('a')).build();
    expect(compare([presentOf(flow('a'))], [presentOf(second)]).map(({ verdict }) => verdict)).toEqual(['migration']);
    expect(compare([presentOf(flow('a'))], []).map(({ message }) => message)).toEqual([
      "flow 'f' is gone: nobody could go on with its runs",
    ]);
  });

  test('says what becomes secret, and what is none any more: both are safe, and neither changes what is stored', () => {
    const giving = (...secret: readonly string[]) => task('a', { provides: ['x'], secret, execute: async () => ({ x: 'x' }) });
    const open = linear.dynamic('f').input(['in']).add(giving()).build();
    const hidden = linear.dynamic('f').input(['in']).secret('in').add(giving('x')).build();
    const said = (before: AnyFlow, now: AnyFlow) =>
      compare([presentOf(before)], [presentOf(now)]).map(({ verdict, path, message }) => [verdict, path, message]);
    expect(said(open, hidden)).toEqual([
      ['safe', 'f', "'in' is secret now: what runs of before have stored of it stays readable until they are pruned"],
      ['safe', 'f/a', "'x' is secret now: what runs of before have stored of it stays readable until they are pruned"],
    ]);
    expect(said(hidden, open)).toEqual([
      ['safe', 'f', "'in' is no secret any more: keep the keys of what runs have stored of it until they are pruned"],
      ['safe', 'f/a', "'x' is no secret any more: keep the keys of what runs have stored of it until they are pruned"],
    ]);
    expect(said(hidden, hidden)).toEqual([]);
  });

  test('reads back the manifest file that it writes', () => {
    const flows = [presentOf(flow('a', 'b'))];
    expect(compare(parseManifestFile(manifestFile(flows)), flows)).toEqual([]);
    expect(() => parseManifestFile('{"format":2,"flows":[]}')).toThrow('no manifest file of this version');
  });
});

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'flowproof-upgrade-'));
afterAll(() => rmSync(folder, { recursive: true }));
const FLOWS = (tasks: string, version = 1) => `import { defineTask, linear } from 'flowproof';
const a = defineTask({ name: 'a', version: ${version}, execute: async () => {}, revert: async () => {} });
const b = defineTask({ name: 'b', execute: async () => {} });
export const f = linear('f')${tasks}.build();
`;

function writeProject(text: string): string {
  const compilerOptions = {
    ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true },
    ...{ types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], paths: { flowproof: [join(ROOT, 'src/index.ts')] } },
  };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  writeFileSync(join(folder, 'flows.ts'), text);
  return join(folder, 'tsconfig.json');
}

test('compares with a revision of git, and leaves the repository alone', async () => {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: folder }).toString();
  writeProject(FLOWS('.add(a).add(b)'));
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'before');
  const tsconfig = writeProject(FLOWS('.add(a)', 2));
  const before = git('status', '--porcelain');
  const reading = readProject(openProject([tsconfig]));
  const found = await comparedWith('git:HEAD', reading, { folder, tsconfigs: [tsconfig] });
  expect(found.map(({ code, place, message }) => `${place.line} ${code} ${message}`)).toEqual([
    "4 WOULD_STRAND 'f/a' is version 2 now: runs in which version 1 has begun would be refused",
    "4 NEEDS_MIGRATION 'f/b' is gone: let runs that are in the middle of it end first",
  ]);
  expect(git('status', '--porcelain')).toBe(before);
  await expect(comparedWith('git:nowhere', reading, { folder, tsconfigs: [tsconfig] })).rejects.toThrow('nowhere');
}, 30_000);

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
  }, 60_000);

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
  }, 60_000);
});
