import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as flowproof from '../../src/index.js';

const ROOT = join(import.meta.dirname, '../..');
/** What Jest gives to its sandboxes of Node's: all else, such as `Object`, `Error` and `Promise`, they have of their own. */
const GIVEN = {
  AbortController,
  AbortSignal,
  Buffer,
  URL,
  clearTimeout,
  console,
  performance,
  process,
  setImmediate,
  setTimeout,
  structuredClone,
};

/**
 * flowproof and its caller in a realm of their own, where what Node's modules give comes from another one: as in Jest.
 *
 * @returns what code there evaluates to; it has `flowproof` and `require`
 */
async function sandbox(): Promise<(code: string) => unknown> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'src/index.ts')],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    logLevel: 'error',
  });
  const context = createContext({ ...GIVEN, require: createRequire(import.meta.url) });
  runInContext(`globalThis.flowproof = ((module) => { ${outputFiles[0]?.text}; return module.exports; })({ exports: {} });`, context);
  return (code) => runInContext(code, context);
}

let inside: (code: string) => unknown;
let directory: string;
beforeAll(async () => {
  inside = await sandbox();
  directory = await mkdtemp(join(tmpdir(), 'flowproof-realm-'));
  inside(`globalThis.handed = async (make) => {
    let taken;
    const { defineTask, flowproof: app, linear, memory } = flowproof;
    const give = defineTask({ name: 'give', provides: ['value'], execute: async () => ({ value: await make() }) });
    const take = defineTask({ name: 'take', requires: ['value'], execute: ({ value }) => { taken = value; } });
    const flow = linear('flow').add(give).add(take).build();
    const made = app({ persistence: memory(), flows: [flow] });
    const result = await made.run(flow, { id: 'one' });
    await made.inspect('one');
    await made.stop();
    return { state: result.state, taken, failure: result.failures?.[0]?.failure };
  };`);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

type Handed = { readonly state: string; readonly taken: unknown; readonly failure?: flowproof.Failure };

describe('in a realm of its own, such as Jest makes, a flow keeps', () => {
  test.each<[string, string, string]>([
    ['a date of node:fs', `require('node:fs').statSync('package.json').mtime`, 'taken instanceof Date'],
    ['a Buffer of node:fs', `require('node:fs').readFileSync('package.json')`, 'Buffer.isBuffer(taken)'],
    ['a record of node:path', `require('node:path').parse('/a/b.c')`, `taken.base === 'b.c'`],
    ['a record without prototype', `require('node:querystring').parse('a=1')`, `taken.a === '1'`],
    [
      'a clone of many kinds',
      'structuredClone({ a: [new Map([[1, new Set([2n])]]), /x/g, new Error("e")] })',
      'taken.a[2] instanceof Error',
    ],
    ['a URL', `new (require('node:url').URL)('http://a/?b')`, `taken.search === '?b'`],
    ['its own values', '({ a: [new Date(5), new Uint8Array(2)] })', 'taken.a[0] instanceof Date && taken.a[1] instanceof Uint8Array'],
    ['an error of node:fs', `require('node:fs/promises').readFile('nowhere').catch((error) => error)`, `taken.code === 'ENOENT'`],
  ])('%s', async (_, make, isKept) => {
    const { state, taken, failure } = (await inside(`handed(async () => ${make})`)) as Handed;
    expect(failure).toBeUndefined();
    expect(state).toBe('SUCCESS');
    expect((inside(`(taken) => ${isKept}`) as (taken: unknown) => boolean)(taken)).toBe(true);
  });

  test.each<[string, string, object]>([
    [
      'of node:fs',
      `require('node:fs').readFileSync('nowhere')`,
      { name: 'Error', code: 'ENOENT', message: expect.stringContaining('nowhere') },
    ],
    ['of AbortSignal', 'AbortSignal.abort().throwIfAborted()', { name: 'AbortError' }],
    ['of its own', `(() => { class Full extends Error { code = 'E_FULL' } throw new Full('full') })()`, { name: 'Full', code: 'E_FULL' }],
  ])('of an error %s its name, code and message', async (_, throwing, failure) => {
    expect(await inside(`handed(async () => ${throwing})`)).toMatchObject({ state: 'REVERTED', failure });
  });
});

test('in a realm of its own, what a listener rejects with is of no consequence', async () => {
  const said = inside(`(async () => {
    const { defineTask, flowproof: app, linear, file } = flowproof;
    const flow = linear('flow').add(defineTask({ name: 'fine', execute: () => {} })).build();
    const onEvent = () => require('node:fs/promises').readFile('nowhere');
    const made = app({ persistence: file(${JSON.stringify(directory)}), flows: [flow], onEvent });
    const { state } = await made.run(flow, { id: 'one' });
    await made.stop();
    return state;
  })()`);
  expect(await said).toBe('SUCCESS');
});
