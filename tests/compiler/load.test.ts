import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Io, main } from '../../compiler/cli/index.js';
import { systemClock } from '../../src/model/clock.js';
import { Expectations } from './expectations.js';
import { type LoadProject, loadProject } from './load-project.js';
import './parse-once.js';

let project: LoadProject;
beforeAll(async () => {
  Object.assign(process.env, { FLOWPROOF_STEPS: 'x,y', FLOWPROOF_TENANTS: 'north,south' });
  project = await loadProject();
});
afterAll(() => project.remove());
beforeEach(() => project.build());

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

async function flowproof(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const io: Io = {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    folder: project.folder,
    color: false,
    clock: systemClock,
    loader: project.loader,
    signal: new AbortController().signal,
  };
  return { code: await main(args, io), ...said };
}

async function check(...args: readonly string[]): Promise<{ code: number; found: readonly Found[] }> {
  const { code, out } = await flowproof('check', '--format', 'json', ...args);
  return { code, found: JSON.parse(out) as Found[] };
}

describe('flowproof check --load', () => {
  test('knows what the source can not tell, and judges it like the rest', async () => {
    const { found: notes } = await check();
    expect(notes.map(({ code, file }) => `${file} ${code}`)).toEqual([
      ...['src/data.ts NOT_STATIC', 'src/data.ts NOT_STATIC'],
      ...['src/makers.ts NOT_STATIC', 'src/makers.ts NOT_STATIC'],
    ]);
    const { code, found } = await check('--load');
    expect(code).toBe(1);
    const expected = new Expectations(join(project.folder, 'src')).expected('data.ts');
    expect(found.map(({ code: rule, line }) => `${line} ${rule}`).sort()).toEqual(expected);
    expect(found.filter(({ file }) => file !== 'src/data.ts')).toEqual([]);
  });

  test('says where the source and what was loaded differ, and that the build is old', async () => {
    const made = "import { linear } from 'flowproof';\nimport { first, second } from './steps.js';\n";
    const flow = (node: string) => `${made}export const plain = linear('plain').add(first).add(second${node}).build();\n`;
    project.write('src/plain.ts', flow(", { name: 'old' }"));
    await project.build();
    expect(await check('--load', 'src/plain.ts')).toEqual({ code: 0, found: [] });

    project.write('src/plain.ts', flow(''));
    const { code, found } = await check('--load', 'src/plain.ts');
    expect(code).toBe(1);
    expect(found.map(({ code: rule, line, message }) => ({ rule, line, message }))).toEqual([
      {
        rule: 'LOAD_DIFFERS',
        line: 3,
        message:
          "flow 'plain', node 'old': it is there when it is loaded, and not in the source; dist/plain.js is older than its source: build it again",
      },
      {
        rule: 'LOAD_DIFFERS',
        line: 3,
        message: "flow 'plain', node 'second': it is not there when it is loaded; dist/plain.js is older than its source: build it again",
      },
    ]);
    rmSync(join(project.folder, 'src/plain.ts'));
  });

  test('finds what is built where the configuration says, and says so when nothing does or it is not there', async () => {
    project.write('other.json', JSON.stringify({ extends: './tsconfig.json', compilerOptions: { noEmit: true }, include: ['src'] }));
    const emitsNothing = await check('--load', '-p', 'other.json', 'src/makers.ts');
    expect(emitsNothing.code).toBe(1);
    expect(emitsNothing.found[0]).toMatchObject({ code: 'LOAD_FAILED', file: 'src/makers.ts', line: 1 });
    expect(emitsNothing.found[0]?.message).toContain('no tsconfig of this project emits it');

    project.write('flowproof.config.ts', "export default { project: 'other.json', built: { src: 'dist' } };");
    expect((await check('--load', 'src/makers.ts')).found.map(({ code }) => code)).toEqual(['NOT_STATIC', 'NOT_STATIC']);

    project.write('flowproof.config.ts', "export default { project: 'other.json', built: { src: 'elsewhere' } };");
    const [missing] = (await check('--load', 'src/makers.ts')).found;
    expect(missing?.message).toBe('there is no elsewhere/makers.js to load for it: build the project first');
    rmSync(join(project.folder, 'flowproof.config.ts'));
  });

  test('goes by names where flowproof was bundled with what calls it, and says nothing that is wrong', async () => {
    await project.build({ bundle: true });
    const { code, found } = await check('--load');
    expect(code).toBe(0);
    expect(found.map(({ code: rule, file }) => `${file} ${rule}`)).toEqual([
      ...['src/data.ts NOT_STATIC', 'src/data.ts NOT_STATIC'],
      ...['src/makers.ts NOT_STATIC', 'src/makers.ts NOT_STATIC'],
    ]);
  });

  test('counts a module that can not be loaded as an error, at its file', async () => {
    project.write(
      'src/throwing.ts',
      "import { linear } from 'flowproof';\nexport const f = linear('f').build();\nthrow new Error('no database');\n",
    );
    await project.build();
    const { code, found } = await check('--load', 'src/throwing.ts');
    expect({ code, found: found.map(({ code: rule, message }) => `${rule}: ${message}`) }).toEqual({
      code: 1,
      found: ['LOAD_FAILED: dist/throwing.js could not be loaded: Error: no database'],
    });
    rmSync(join(project.folder, 'src/throwing.ts'));
  });

  test.each([
    [['check', '--load-ms', 'soon'], "option '--load-ms <ms>' argument 'soon' is invalid. Give a whole number of milliseconds."],
    [['check', '--load', '--watch'], '--watch loads nothing'],
  ])('%j can not be done', async (args, why) => {
    const { code, err } = await flowproof(...args);
    expect(code).toBe(2);
    expect(err).toContain(why);
  });
});

test('flowproof manifest and graph --load tell of flows that only a run knows, as compile() does', async () => {
  const { code, out } = await flowproof('manifest', '--load', 'many', 'north');
  const { flows } = JSON.parse(out) as { flows: { name: string; known: boolean; fingerprint: string }[] };
  expect(code).toBe(0);
  const fingerprints = Object.fromEntries(flows.map(({ name, known, fingerprint }) => [name, known && fingerprint]));
  const print =
    "import { counted, tenants } from './data.js'; console.log(JSON.stringify([counted, tenants[0]].map((f) => f.compile().fingerprint))); process.exit();";
  writeFileSync(join(project.folder, 'dist/print.js'), print);
  const printed = await project.run('dist/print.js');
  const [many, north] = JSON.parse(printed.split('\n').at(-2) ?? '') as string[];
  expect(fingerprints).toEqual({ many, north });
  const graph = await flowproof('graph', '--load', 'north');
  expect(graph).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^%% north \(src\/makers.ts:12\)\n[\s\S]*"second"/) });
});
