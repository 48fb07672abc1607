import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, describe, expect, test } from 'vitest';
import { defineTask, type FlowEvent, flowproof, linear, memory, type TaskContext } from '../../src/index.js';
import { type ConsoleLike, type FieldLogger, log } from '../../src/listeners/index.js';

const HOSTILE = 'a\nb\u001b[31m\u2028\u202e\u0000<script>__proto__';

const reserve = defineTask({ name: 'reserve', provides: ['seat'], execute: async () => ({ seat: 1 }), revert: async () => undefined });
const charge = defineTask({
  name: 'charge',
  execute: async (_: {}, ctx: TaskContext<{}>) => {
    ctx.progress(0.5, { of: HOSTILE });
    ctx.emit(HOSTILE, { big: 1n, text: HOSTILE });
    throw Object.assign(new TypeError(HOSTILE), { code: 'DECLINED' });
  },
});
const order = linear('order').add(reserve).add(charge).build();

interface Written {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

function recording(isLevelEnabled?: (level: string) => boolean): { logger: FieldLogger; written: Written[] } {
  const written: Written[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void written.push({ level, fields: fields as Written['fields'], message });
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), ...(isLevelEnabled && { isLevelEnabled }) };
  return { logger, written };
}

async function runOnce(onEvent: (event: FlowEvent) => void, id = 'o-1'): Promise<void> {
  await using app = flowproof({ persistence: memory(), flows: [order], onEvent });
  await app.run(order, { id });
}

test('a logger of the shape of pino gets fields and a message, each with the level that it deserves', async () => {
  const { logger, written } = recording();
  await runOnce(log(logger));
  expect(written.map(({ level, message }) => `${level} ${message.replaceAll(/\d+ms/g, 'Nms')}`)).toMatchInlineSnapshot(`
    [
      "info order o-1 RUNNING",
      "debug order o-1 order/reserve RUNNING",
      "debug order o-1 order/reserve SUCCESS (Nms)",
      "debug order o-1 order/charge RUNNING",
      "debug order o-1 order/charge 50%",
      "debug order o-1 order/charge says a\\u000ab\\u001b[31m\\u2028\\u202e\\u0000<script>__proto__",
      "warn order o-1 order/charge FAILURE (Nms): a\\u000ab\\u001b[31m\\u2028\\u202e\\u0000<script>__proto__",
      "info order o-1 order/charge REVERTING",
      "info order o-1 order/charge REVERTED (Nms)",
      "info order o-1 order/reserve REVERTING",
      "info order o-1 order/reserve REVERTED (Nms)",
      "warn order o-1 REVERTED (Nms)",
    ]
  `);
  const failed = written.find(({ fields }) => fields.state === 'FAILURE')?.fields;
  expect(failed).toMatchObject({ event: 'task', flow: 'order', runId: 'o-1', path: 'order/charge', attempt: 1, phase: 'execute' });
  // As pino's serializer reads it: the type of an error without a prototype is its name.
  const err = failed?.err as { name: string; message: string; code: string; stack: string };
  expect(Object.getPrototypeOf(err)).toBe(null);
  expect({ ...err, stack: typeof err.stack }).toEqual({ name: 'TypeError', message: HOSTILE, code: 'DECLINED', stack: 'string' });
});

test('what tasks return is not logged, what they say is, as far as JSON can', async () => {
  const { logger, written } = recording();
  await runOnce(log(logger));
  expect(written.filter(({ fields }) => 'result' in fields)).toEqual([]);
  expect(() => JSON.stringify(written)).not.toThrow();
  expect(written.find(({ fields }) => fields.event === 'emitted')?.fields).toMatchObject({
    emitted: HOSTILE,
    data: expect.stringContaining('1n'),
  });
  expect(written.find(({ fields }) => fields.event === 'progress')?.fields.details).toEqual({ of: HOSTILE });
});

test('less than the level is left out, and no logger is called in vain', async () => {
  const { logger, written } = recording();
  await runOnce(log(logger, { level: 'warn' }));
  expect(new Set(written.map(({ level }) => level))).toEqual(new Set(['warn']));
  const other = recording((level) => level === 'info');
  await runOnce(log(other.logger));
  expect(new Set(other.written.map(({ level }) => level))).toEqual(new Set(['info']));
});

test('another console gets one line of JSON for each event, which nothing can break', async () => {
  const lines: string[] = [];
  const write = (line: unknown) => void lines.push(String(line));
  const other: ConsoleLike = { debug: write, info: write, warn: write, error: write, table: () => undefined };
  await runOnce(log(other, { level: 'debug' }), HOSTILE.replace('\u0000', ''));
  expect(lines.length).toBeGreaterThan(8);
  for (const line of lines) {
    expect(line).not.toMatch(/[\p{Cc}\p{Zl}\u202a-\u202e]/u);
    expect(JSON.parse(line)).toMatchObject({
      time: expect.any(String),
      level: expect.any(String),
      msg: expect.any(String),
      runId: expect.any(String),
    });
  }
});

test('a logger that throws hurts no run', async () => {
  const bad = () => {
    throw new Error('disk full');
  };
  await using app = flowproof({ persistence: memory(), flows: [order], onEvent: log({ debug: bad, info: bad, warn: bad, error: bad }) });
  expect((await app.run(order)).state).toBe('REVERTED');
});

describe('what is no logger, or no level, is a TypeError', () => {
  test.each([null, 1, {}, { info: () => undefined }, 'console'])('%o', (logger) => {
    expect(() => log(logger as unknown as FieldLogger)).toThrow(TypeError);
  });
  test('a level', () =>
    expect(() => log(console, { level: 'loud' as 'info' })).toThrow("level of log() is 'loud': it must be one of debug, info"));
});

describe('on standard output', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowproof-log-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  async function program(isTTY: boolean, env: Record<string, string>): Promise<string> {
    const file = join(folder, 'main.mjs');
    writeFileSync(
      join(folder, 'main.ts'),
      `import { flowproof, linear, defineTask, memory } from 'flowproof';
       import { log } from 'flowproof/listeners';
       if (process.env.AS_TERMINAL) for (const stream of [process.stdout, process.stderr]) stream.isTTY = true;
       const flow = linear('f').add(defineTask({ name: 'a', execute: async () => { throw new Error('x\\n\\u001b[2Jy'); } })).build();
       const app = flowproof({ flows: [flow], persistence: memory(), onEvent: log() });
       await app.run(flow, { id: 'r-1' }); await app.stop();`,
    );
    const at = (path: string) => join(import.meta.dirname, '../../src', path);
    await build({
      entryPoints: [join(folder, 'main.ts')],
      outfile: file,
      bundle: true,
      format: 'esm',
      platform: 'node',
      alias: { 'flowproof/listeners': at('listeners/index.ts'), flowproof: at('index.ts') },
      logLevel: 'silent',
    });
    const { stdout, stderr } = spawnSync(process.execPath, [file], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...env, ...(isTTY ? { AS_TERMINAL: '1' } : {}) },
    });
    return stdout + stderr;
  }

  test('lines of JSON where it is no terminal', async () => {
    const lines = (await program(false, {})).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { level: string }).level).sort()).toEqual(['info', 'info', 'info', 'warn', 'warn']);
  });

  test('lines for people on a terminal, in colour unless NO_COLOR is set', async () => {
    const colored = await program(true, { TERM: 'xterm' });
    expect(colored).toContain('\u001b[33mWARN \u001b[0m f r-1 f/a FAILURE');
    expect(colored).not.toContain('\u001b[2J');
    const plain = await program(true, { TERM: 'xterm', NO_COLOR: '1' });
    expect(plain).toMatch(/^\d\d:\d\d:\d\d\.\d{3} INFO {2}f r-1 RUNNING$/m);
    expect(plain).not.toContain('\u001b');
    expect(plain).toContain('x\\u000a\\u001b[2Jy');
  });
});
