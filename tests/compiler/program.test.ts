import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../../compiler/cli/index.js';
import { Traces } from '../../compiler/reading/ground/traces.js';
import { RULES } from '../../compiler/rules/index.js';
import { systemClock } from '../../src/model/clock.js';

const ROOT = join(import.meta.dirname, '../..');
const compilerOptions = {
  ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true, types: [] },
  paths: { flowproof: [join(ROOT, 'dist/index.d.ts')] },
};
let folder: string;
const write = (name: string, text: string | object) =>
  writeFileSync(join(folder, name), typeof text === 'string' ? text : JSON.stringify(text));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowproof-program-'));
  write('package.json', { type: 'module' });
  write('tsconfig.json', { compilerOptions, include: ['*.ts'] });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The program as it is built, in a process of its own. */
async function program(args: readonly string[], hear: (child: ChildProcess, out: string) => void = () => {}): Promise<Ended> {
  const child = spawn(process.execPath, [join(ROOT, 'dist/compiler/main.js'), ...args], { cwd: folder });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
    hear(child, out);
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

/** The same in this process. */
async function here(...args: readonly string[]): Promise<Ended> {
  let [out, err] = ['', ''];
  const code = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    ...{ folder, color: false, clock: systemClock, signal: new AbortController().signal },
  });
  return { code, out, err };
}

const chain = (links: number, add: (index: number) => string) =>
  `import { defineTask, linear } from 'flowproof';
const t = defineTask({ name: 't', requires: ['x'], execute: (_: { x: number }) => {} });
export const f = linear('f').input<{ x: number }>()${Array.from({ length: links }, (_, index) => add(index)).join('\n')}.build();
`;

describe('the program', () => {
  test('reads a flow of 1,000 calls, whatever its nodes are', async () => {
    write(
      'typed.ts',
      chain(1_000, (index) => `.add(t, { name: 't${index}' })`),
    );
    write('cast.ts', chain(1_000, (index) => `.add(t as never, { name: 't${index}' })`).replace('x: number }>', 'y: number }>'));
    const { code, out, err } = await program(['check']);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain("needs 'x' here, which nothing before it provides (and at 997 more places of this file)");
    expect(out).toContain('2 flows and 2 tasks in 2 files: 1 error.');
  }, 300_000);

  test('ends when its reader does, and when it is told to', async () => {
    write(
      'typed.ts',
      chain(3, (index) => `.add(t, { name: 't${index}' })`),
    );
    const closed = await program(['graph'], (child) => child.stdout?.destroy());
    expect(closed.err).toBe('');
    const { code, out } = await program(['check', '--watch'], (child, said) => {
      if (said.includes('Waiting for changes')) child.kill('SIGINT');
    });
    expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('1 flow and 1 task in 1 file: nothing to say.') });
  });

  test('prints all of what is long, and says how it ended', async () => {
    write(
      'many.ts',
      Array.from({ length: 400 }, (_, index) =>
        chain(1, () => `.add(t, { name: 'n${index}' })`).replace(/\b([tf])\b/g, index === 0 ? '$1' : `$1${index}`),
      ).join('\n'),
    );
    const { code, out } = await program(['manifest']);
    expect(code).toBe(0);
    expect((JSON.parse(out) as { flows: unknown[] }).flows).toHaveLength(400);
  });
});

describe('what can not be done ends with 2, and names the file', () => {
  test('a mistake of a rule', async () => {
    write(
      'a.ts',
      chain(1, () => '.add(t)'),
    );
    write('b.ts', chain(1, () => '.add(t)').replaceAll("'f'", "'g'"));
    const rule = RULES.find(({ code }) => code === 'CYCLE');
    const find = rule?.find.bind(rule);
    if (rule === undefined || find === undefined) throw new Error('there is no such rule');
    vi.spyOn(rule, 'find').mockImplementation((reading) => {
      if (reading.flows.some(({ name }) => name === 'g')) throw new TypeError('it was me');
      return find(reading);
    });
    const { code, err } = await here('check');
    expect(code).toBe(2);
    expect(err).toMatch(
      /^flowproof: this is a mistake of the checker itself, at b\.ts:3:18\. Please report it, with these lines:\nTypeError: it was me\n +at /,
    );
  });

  test('a mistake while a source is read', async () => {
    write(
      'a.ts',
      chain(1, () => '.add(t)'),
    );
    vi.spyOn(Traces.prototype, 'finish').mockImplementation(() => {
      throw new TypeError('it was me');
    });
    const { code, err } = await here('check');
    expect(code).toBe(2);
    expect(err).toMatch(/^flowproof: this is a mistake of the checker itself, at a\.ts:3:18\. [^\n]*\nTypeError: it was me\n +at /);
  });

  test('a tsconfig, a configuration, an output', async () => {
    write('a.ts', 'export {};\n');
    expect(await here('check', '-o', 'no/where.txt')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^flowproof: ENOENT.*no\/where\.txt'\n$/),
    });
    write('package.json', '{ "flowproof": ');
    expect(await here('check')).toMatchObject({ code: 2, err: expect.stringMatching(/^flowproof: .*package\.json/) });
    write('package.json', '{}');
    write('tsconfig.json', '{ "extends": "./gone.json" }');
    expect(await here('check')).toMatchObject({ code: 2, err: expect.stringMatching(/^flowproof: .*tsconfig\.json.*gone\.json/) });
  });
});

test('a file that can not be parsed is an error, once, whatever else it brings about', async () => {
  write('a.ts', "import { linear } from 'flowproof';\nexport const f = linear('f'.build();\nexport const g = {{;\n");
  write('b.ts', 'export const = 1;\n');
  const { code, out } = await here('check', '--format', 'json');
  const found = JSON.parse(out) as { code: string; file: string; line: number; message: string }[];
  expect(code).toBe(1);
  expect(found.filter((one) => one.code === 'SYNTAX_ERROR').map(({ file, line, message }) => `${file}:${line} ${message}`)).toEqual([
    "a.ts:2 ')' expected.",
    'b.ts:1 Variable declaration expected.',
  ]);
});

test('help says what a command does, with its options, examples and exit codes', async () => {
  for (const command of ['check', 'graph', 'manifest']) {
    const help = await here(command, '--help');
    expect(help).toEqual(await here('help', command));
    expect(help.code).toBe(0);
    expect(help.out).toMatch(
      new RegExp(`^Usage: flowproof ${command} [\\s\\S]*--project <file>[\\s\\S]*\\n {2}flowproof ${command} [\\s\\S]*Exit codes`),
    );
  }
  expect((await here('check', '--help')).out).toContain('--watch');
  expect((await here('graph', '--help')).out).not.toContain('--watch');
  expect(await here('help', 'chek')).toMatchObject({ code: 2, err: "flowproof: unknown command 'chek'\n" });
  for (const line of (await here('--help')).out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
});
