import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Io, main } from '../../compiler/cli/index.js';
import { systemClock } from '../../src/model/clock.js';
import './parse-once.js';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'flowproof-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const compilerOptions = {
  ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true },
  ...{ types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], paths: { flowproof: [join(ROOT, 'src/index.ts')] } },
};
const write = (name: string, content: string | object) =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const flows = (attempts: number, after = '') => `import { defineTask, linear, times } from 'flowproof';
const a = defineTask({ name: 'a', requires: ['x'], execute: async (_: { x: number }) => {} });
export const f = linear('f')${after}.retry(times(${attempts})).add(a as never).build();
`;
write('package.json', { type: 'module' });
write('tsconfig.json', { compilerOptions, include: ['*.ts'], exclude: ['flowproof.config.ts'] });
write('flows.ts', flows(1));

interface Said {
  out: string;
  err: string;
}

function ioWith(said: Said, more: Partial<Io> = {}): Io {
  return {
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
    folder,
    color: false,
    clock: systemClock,
    signal: new AbortController().signal,
    ...more,
  };
}

async function flowproof(...args: readonly string[]): Promise<Said & { code: number }> {
  const said: Said = { out: '', err: '' };
  const code = await main(args, ioWith(said));
  return { ...said, code };
}

describe('flowproof', () => {
  test('says what it can do', async () => {
    for (const args of [[], ['--help'], ['help']]) {
      expect(await flowproof(...args)).toMatchObject({ code: 0, out: expect.stringMatching(/^ {2}check .* judge the flows/m), err: '' });
    }
    expect(await flowproof('help', 'check')).toEqual(await flowproof('check', '-h'));
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await flowproof('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  test.each([
    [['chek'], "flowproof: unknown command 'chek'\n(Did you mean check?)\n"],
    [['check', '--format', 'xml'], "argument 'xml' is invalid. Allowed choices are text, json, sarif, github."],
    [['check', '--loud'], "flowproof: unknown option '--loud'\n(Did you mean --load?)\n"],
    [['check', '--json', '--format', 'github'], "option '--json' cannot be used with option '--format <format>'"],
    [['check', '--load-ms', '0'], "argument '0' is invalid. Give a whole number of milliseconds."],
    [['graph', '--json'], "unknown option '--json'"],
    [['graph', '--watch'], "unknown option '--watch'"],
    [['check', 'nowhere.ts'], 'there is no nowhere.ts'],
    [['check', '-p', 'nowhere.json'], 'there is no'],
    [['check', '--against', 'git:HEAD', '--watch'], 'leave out --against'],
    [['check', '--against', 'nothing.json'], "can't compare with nothing.json"],
    [['graph', 'nobody'], "there is no flow 'nobody'"],
    [['graph', '--against', 'nothing.json'], "can't compare with nothing.json"],
    [['graph', '--against', 'postgres://localhost/x'], 'a picture compares flows, not runs'],
    [['manifest', '--against', 'git:HEAD'], "unknown option '--against'"],
  ])('ends with 2 when %j can not be done', async (args, why) => {
    const { code, out, err } = await flowproof(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(why);
  });
});

/** What the task in docs/checker.md makes of what is printed. */
function problemsIn(out: string): Record<'begins' | 'problems' | 'ends', number> {
  const documentation = readFileSync(join(ROOT, 'docs/checker.md'), 'utf8');
  const [, task = ''] = /```json\n(\{\n {2}"version"[\s\S]*?)```/.exec(documentation) ?? [];
  const { tasks } = JSON.parse(task) as {
    tasks: { problemMatcher: { pattern: { regexp: string }; background: { beginsPattern: string; endsPattern: string } } }[];
  };
  const { pattern, background } = (tasks[0] as (typeof tasks)[number]).problemMatcher;
  const count = (source: string) => out.split('\n').filter((line) => new RegExp(source).test(line)).length;
  return { begins: count(background.beginsPattern), problems: count(pattern.regexp), ends: count(background.endsPattern) };
}

describe('flowproof check', () => {
  test('needs no configuration, and ends with 1 for errors', async () => {
    const { code, out, err } = await flowproof('check');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain("flows.ts:3:50 - error MISSING_VALUE: flow 'f' needs 'x' here, which nothing before it provides");
    expect(out).toContain('flows.ts:3:36 - warning USELESS_RETRY');
    expect(out).toContain('1 flow and 1 task in 1 file: 1 error, 1 warning.');
  });

  test('counts as its configuration says, which is read and not run; ends with 0 without errors', async () => {
    write('flowproof.config.ts', "throw new Error('run'); export default { rules: { MISSING_VALUE: 'warning', USELESS_RETRY: 'off' } };");
    const { code, out } = await flowproof('check', '--json', '-o', 'found.json');
    expect({ code, out }).toEqual({ code: 0, out: '' });
    const found = JSON.parse(readFileSync(join(folder, 'found.json'), 'utf8')) as { code: string; severity: string }[];
    expect(found.map(({ code: rule, severity }) => [rule, severity])).toEqual([['MISSING_VALUE', 'warning']]);

    write('flowproof.config.ts', "export default { rules: { USELESS_RETRY: 'loud' } };");
    expect((await flowproof('check')).err).toContain("'USELESS_RETRY' can be error, warning, note or off, not 'loud'");
    rmSync(join(folder, 'flowproof.config.ts'));
  });

  test('takes a configuration from constants, and refuses what it would have to run or does not know', async () => {
    write('flowproof.config.ts', "const rules = { MISSING_VALUE: 'note' } as const;\nconst config = { rules };\nexport default config;\n");
    expect(await flowproof('check')).toMatchObject({ code: 0, out: expect.stringContaining('note MISSING_VALUE') });
    for (const [content, why] of [
      ['export default { project: process.env.PROJECT };', 'flowproof.config.ts:1:27: this is read, not run: write a literal here'],
      ['export default { ...other };', 'flowproof.config.ts:1:18: this is read, not run: write a literal here'],
      ['const a = a; export default a;', 'flowproof.config.ts:1:11: this is read, not run: write a literal here'],
      ["export default { rules: { USELESS_RETRYS: 'off' } };", "'USELESS_RETRYS' is no rule"],
      ['export default { project: [] };', "'project' is an empty list"],
      ['export default [];', 'export a literal object by default'],
    ] as const) {
      write('flowproof.config.ts', content);
      const { code, err } = await flowproof('check');
      expect({ code, err }, content).toEqual({ code: 2, err: expect.stringContaining(why) });
    }
    rmSync(join(folder, 'flowproof.config.ts'));
  });

  test('does not take a path without sources of the project for one in which nothing is wrong', async () => {
    expect(await flowproof('check', 'tsconfig.json')).toMatchObject({
      code: 2,
      err: 'flowproof: no source of the project is in tsconfig.json\n',
    });
    expect(await flowproof('check', ROOT)).toMatchObject({ code: 2, err: expect.stringContaining('no source of the project is in ') });
    expect(await flowproof('check', 'tsconfig.json', 'flows.ts')).toMatchObject({ code: 1, err: '' });
  });

  test('reports only on the files that are named', async () => {
    write('other.ts', 'export {};\n');
    expect(await flowproof('check', 'other.ts')).toMatchObject({ code: 0, out: '1 flow and 1 task in 2 files: nothing to say.\n' });
    rmSync(join(folder, 'other.ts'));
  });

  test('watches: says again what is wrong after each change, until it is stopped', async () => {
    const said: Said = { out: '', err: '' };
    const stopping = new AbortController();
    const heard: (() => void)[] = [];
    const io = ioWith(said, {
      signal: stopping.signal,
      out: (text) => {
        said.out += text;
        if (text.includes('Waiting for changes')) heard.shift()?.();
      },
    });
    const round = () => new Promise<void>((resolve) => heard.push(resolve));
    const first = round();
    const ended = main(['check', '--watch'], io);
    await first;
    expect(said.out).toContain('1 error, 1 warning');
    expect(problemsIn(said.out)).toEqual({ begins: 1, problems: 2, ends: 1 });
    said.out = '';
    const second = round();
    write('flows.ts', flows(3, '.input<{ x: number }>()'));
    await second;
    expect(said.out).toContain('nothing to say');
    stopping.abort();
    expect(await ended).toBe(0);
    write('flows.ts', flows(1));
  });
});

test('flowproof manifest and graph tell of the flows that there are', async () => {
  write('flows.ts', flows(3, '.input<{ x: number }>()'));
  const manifest = await flowproof('manifest');
  expect(JSON.parse(manifest.out)).toMatchObject({ format: 1, flows: [{ name: 'f', version: 1, known: true, part: false }] });
  const mermaid = await flowproof('graph', 'f');
  expect(mermaid).toMatchObject({ code: 0, out: expect.stringMatching(/^%% f \(flows.ts:3\)\nflowchart TD\n[\s\S]*n2\["a"\]/) });
  expect((await flowproof('graph', '--format', 'dot')).out).toMatch(/^\/\/ f \(flows.ts:3\)\ndigraph \{/);
  const svg = await flowproof('graph', '--format', 'svg');
  expect(svg).toMatchObject({ code: 0, out: expect.stringMatching(/^<svg [\s\S]*times\(3\)[\s\S]*<\/svg>\n$/) });
  for (const [file, content] of [
    ['f.svg', svg.out],
    ['f.gv', (await flowproof('graph', '--format', 'dot')).out],
    ['f.md', mermaid.out],
  ] as const) {
    expect(await flowproof('graph', '-o', file)).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(join(folder, file), 'utf8'), file).toBe(content);
  }
  write('before.json', manifest.out);
  expect(await flowproof('graph', '--against', 'before.json')).toEqual({
    code: 0,
    out: '',
    err: 'flowproof: nothing differs from before.json\n',
  });
  write('flows.ts', flows(4, '.input<{ x: number }>()'));
  const changes = await flowproof('graph', 'f', '--against', 'before.json');
  expect(changes).toMatchObject({ code: 0, out: expect.stringContaining('{{"~ times(4)<br/>was times(3)<br/>safe"}}') });
  write('flows.ts', flows(1));
});

test('flowproof manifest says of which flows only their runs know what they are', async () => {
  write(
    'made.ts',
    `import { defineTask, factory, linear } from 'flowproof';
const a = defineTask({ name: 'a', execute: async () => {} });
export const many = factory('many', (names: readonly string[]) => {
  let flow = linear.dynamic('many');
  for (const name of names) flow = flow.add(a, { name });
  return flow.build();
});
`,
  );
  expect(await flowproof('manifest', 'many')).toMatchObject({
    code: 0,
    err: "made.ts:3 - note NOT_STATIC: a factory makes flow 'many' from the args of each run: a manifest can't say what they become\n",
  });
  rmSync(join(folder, 'made.ts'));
});

test('flowproof manifest says which flows can’t run, and so have no manifest', async () => {
  write('flows.ts', flows(1, '.input<{ x: number }>()'));
  write('broken.ts', flows(1).replace("f = linear('f')", "g = linear('g')"));
  const all = await flowproof('manifest');
  expect(JSON.parse(all.out)).toMatchObject({ flows: [{ name: 'f' }] });
  expect(all).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^broken\.ts:3 - error MISSING_VALUE: flow 'g' is left out, as it can't run: g\/a: .*'x'.*\n$/),
  });
  expect(await flowproof('manifest', 'g')).toMatchObject({ code: 1, err: all.err });
  expect(await flowproof('manifest', 'f')).toMatchObject({ code: 0, err: '' });
  expect(await flowproof('manifest', 'h')).toMatchObject({ code: 2, err: "flowproof: there is no flow 'h'\n" });
  rmSync(join(folder, 'broken.ts'));
});
