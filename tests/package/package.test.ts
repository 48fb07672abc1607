import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPILERS, node, type Packed, packAndInstall, run, tool } from './packed.js';
import { type Door, filesOf, linksIn } from './packed-paths.js';

let packed: Packed;
beforeAll(async () => {
  packed = await packAndInstall();
}, 180_000);
afterAll(() => packed?.remove());

const GREET = `
const greet = defineTask({ name: 'greet', requires: ['who'], provides: ['text'], execute: ({ who }) => ({ text: 'hello ' + who }) });
const hello = linear('hello').input().add(greet).build();
run(hello, { inputs: { who: 'world' } }).then((result) => console.log(JSON.stringify([result.state, result.results])));
`;
const GREETED = '["SUCCESS",{"text":"hello world"}]\n';

describe('the tarball', () => {
  test('holds the built library and its papers, nothing else', () => {
    const papers = packed.files.filter((path) => !/^(dist|docs|examples)\//.test(path));
    expect(papers).toEqual(['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'compose.yaml', 'llms.txt', 'package.json']);
    expect(packed.files.filter((path) => !/\.(js|d\.ts|js\.map)$/.test(path) && path.startsWith('dist/'))).toEqual([
      'dist/cjs/package.json',
      'dist/croner.LICENSE.txt',
      'dist/preact.LICENSE.txt',
    ]);
  });

  test('holds all documents, and what they link to', () => {
    const links = packed.files
      .filter((path) => path.endsWith('.md') || path === 'llms.txt')
      .flatMap((path) => linksIn(packed.project, path));
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter(({ target }) => !packed.files.some((path) => path === target || path.startsWith(`${target}/`)))).toEqual([]);
  });

  test('brings reflect-metadata and nothing more', () => {
    const installed = readdirSync(join(packed.project, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(['flowproof', 'reflect-metadata']);
  });

  test('holds the files of all doors', () => {
    const manifest = JSON.parse(readFileSync(join(packed.project, 'node_modules/flowproof/package.json'), 'utf8')) as {
      exports: Door;
    };
    for (const file of filesOf(manifest.exports)) expect(packed.files).toContain(file.replace('./', ''));
  });
});

describe('installed alone', () => {
  test('it is imported by ES modules', async () => {
    const folder = await packed.program('esm', { 'main.mjs': `import { defineTask, linear, run } from 'flowproof';${GREET}` });
    expect(await node(folder, 'main.mjs')).toBe(GREETED);
  });

  test('it is required by CommonJS', async () => {
    const folder = await packed.program('cjs', { 'main.cjs': `const { defineTask, linear, run } = require('flowproof');${GREET}` });
    expect(await node(folder, 'main.cjs')).toBe(GREETED);
  });

  test('it is required without a module among its files: Jest can load none', async () => {
    const folder = await packed.program('cjs-only', {
      'main.cjs': `require('flowproof'); require('flowproof/testing');
        const loaded = Object.keys(require.cache).filter((file) => file.includes('flowproof/'));
        console.log(loaded.length > 2, loaded.filter((file) => !file.includes('/dist/cjs/')));`,
    });
    expect(await node(folder, 'main.cjs')).toBe('true []\n');
  });

  test('its program says what it can do, and what it lacks: nobody but the checker needs ts-morph', async () => {
    const folder = await packed.program('cli', { 'package.json': '{ "type": "module" }', 'tsconfig.json': '{}' });
    const bin = join(packed.project, 'node_modules/.bin/flowproof');
    expect(await run(folder, bin, '--help')).toContain('judge the flows and tasks of a project');
    await expect(run(folder, bin, 'check')).rejects.toThrow('npm install --save-dev ts-morph@28');
  });

  test('its program draws without Graphviz what needs no layout, and says what SVG needs', async () => {
    const folder = await packed.program('pictures', {
      'package.json': '{ "type": "module" }',
      'tsconfig.json': '{ "compilerOptions": { "module": "nodenext", "target": "es2022", "types": [] }, "include": ["*.ts"] }',
      'flows.ts': "import { linear } from 'flowproof';\nexport const f = linear('f').build();\n",
    });
    const lent = join(packed.project, 'node_modules/ts-morph');
    symlinkSync(join(import.meta.dirname, '../../node_modules/ts-morph'), lent, 'junction');
    try {
      const bin = join(packed.project, 'node_modules/.bin/flowproof');
      expect(await run(folder, bin, 'graph')).toContain('flowchart TD');
      await expect(run(folder, bin, 'graph', '--format', 'svg')).rejects.toThrow(
        'GRAPHVIZ_MISSING: SVG is laid out by @viz-js/viz, which is not installed: npm install --save-dev @viz-js/viz@3',
      );
    } finally {
      rmSync(lent);
    }
  });

  /** All that is loaded by importing a door. */
  async function loadedBy(door: string, name: string): Promise<readonly string[]> {
    const folder = await packed.program(name, {
      'hooks.mjs': `import { appendFileSync } from 'node:fs';
        export async function resolve(specifier, context, next) {
          const resolved = await next(specifier, context);
          appendFileSync(new URL('./loaded.txt', import.meta.url), resolved.url + '\\n');
          return resolved;
        }`,
      'main.mjs': `import { register } from 'node:module';
        register('./hooks.mjs', import.meta.url);
        await import('${door}');`,
    });
    await node(folder, 'main.mjs');
    return readFileSync(join(folder, 'loaded.txt'), 'utf8').trim().split('\n');
  }

  function packagesIn(loaded: readonly string[]): ReadonlySet<string> {
    return new Set(loaded.flatMap((url) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []));
  }

  test('its plugin for linters loads no compiler, and oxlint finds it by its name', async () => {
    const loaded = await loadedBy('flowproof/eslint-plugin', 'linter');
    expect(packagesIn(loaded)).toEqual(new Set(['flowproof']));
    expect(loaded.filter((url) => /\/dist\/compiler\/(?!eslint-plugin\/|findings\/)/.test(url))).toEqual([]);
    const folder = await packed.program('linted', {
      '.oxlintrc.json': JSON.stringify({ jsPlugins: ['flowproof/eslint-plugin'], rules: { 'flowproof/empty-revert': 'error' } }),
      'task.ts': `import { Task } from 'flowproof';
        @Task({ name: 'a' }) export class A { async execute() {} async revert() {} }`,
    });
    await expect(tool(folder, 'oxlint/bin/oxlint', 'task.ts')).rejects.toThrow("flowproof(empty-revert): task 'A': revert is empty");
  });

  test('its root door loads nothing but itself, in a few files', async () => {
    const loaded = await loadedBy('flowproof', 'loaded');
    expect(packagesIn(loaded)).toEqual(new Set(['flowproof']));
    expect(loaded.filter((url) => /\/dist\/(adapters|testing|ui|pictures)\//.test(url))).toEqual([]);
    expect(new Set(loaded.filter((url) => url.startsWith('file:'))).size).toBeLessThan(30);
  });

  test('its other doors stay shut for nobody but those who lack their client', async () => {
    const folder = await packed.program('doors', {
      'main.mjs': `for (const door of ['testing', 'package.json', 'model/errors.js', 'dist/index.js']) {
        const options = door.endsWith('json') ? { with: { type: 'json' } } : undefined;
        console.log(door, await import('flowproof/' + door, options).then(() => 'opens', (error) => error.code));
      }`,
    });
    expect(await node(folder, '--no-warnings', 'main.mjs')).toBe(
      'testing opens\npackage.json opens\nmodel/errors.js ERR_PACKAGE_PATH_NOT_EXPORTED\ndist/index.js ERR_PACKAGE_PATH_NOT_EXPORTED\n',
    );
  });
});

describe('its types', () => {
  const PROGRAM = `
import { defineTask, type Flow, flowproof, linear, memory, type Outcome, type Provides, run, Task, type TaskContext, times } from 'flowproof';
import linting from 'flowproof/eslint-plugin';
import * as testing from 'flowproof/testing';

interface Mailer { send(to: string): Promise<void> }
class Money { constructor(readonly cents: number) {} plus(other: Money): Money { return new Money(this.cents + other.cents); } }
declare module 'flowproof' { interface Register { storable: Money } }

@Task({ name: 'create', requires: ['size'], provides: ['volume', 'price'] })
class Create {
  async execute({ size }: { size: number }, ctx: TaskContext<{ mailer: Mailer }>) {
    await ctx.services.mailer.send(String(size));
    return { volume: String(size), price: new Money(1) };
  }
  async revert(_inputs: { size: number }, outcome: Outcome<Create>) {
    if (outcome.kind === 'result') outcome.result.volume.trim();
  }
}
const shout = defineTask({ name: 'shout', requires: ['volume'], provides: ['loud'], execute: (i: { volume: string }) => ({ loud: i.volume }) });
const flow = linear('flow').input<{ size: number }>().retry(times(2)).add(Create).add(shout).build();
const named: Flow<'flow', { size: number }, { volume: string; price: Money; loud: string }, { mailer: Mailer }> = flow;
const loud: Provides<typeof named>['loud'] = 'x';
const mailer: Mailer = { send: async () => undefined };
export const app = flowproof({ persistence: memory(), flows: [flow], services: { mailer } });
export const result = await run(flow, { inputs: { size: 1 }, services: { mailer } });
if (result.state === 'SUCCESS') result.results.price.plus(result.results.price);
// @ts-expect-error nothing provides it
linear('wrong').add(shout);
export const rules: 'error' | 'warn' | undefined = linting.configs.recommended.rules['flowproof/empty-revert'];
export { loud, testing };
`;
  beforeAll(async () => {
    const options = { target: 'es2022', module: 'nodenext', lib: ['es2022'], types: [], strict: true, skipLibCheck: false, noEmit: true };
    const config = (experimentalDecorators: boolean, more: object = {}) =>
      JSON.stringify({ compilerOptions: { ...options, experimentalDecorators, ...more }, files: ['main.ts'] });
    await packed.program('types', {
      'main.ts': PROGRAM,
      'legacy.json': config(true),
      'standard.json': config(false),
      'exact.json': config(false, { exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true }),
    });
  });

  test.each(Object.entries(COMPILERS))(
    'compile under TypeScript %s without any other types, in both decorator modes',
    async (_, tsc) => {
      for (const mode of ['legacy', 'standard', 'exact']) await tool(join(packed.project, 'types'), tsc, '-p', `${mode}.json`);
    },
    60_000,
  );
});

describe('two installed copies', () => {
  test('work together: what one made, the other runs, and each knows the errors of the other', async () => {
    const a = await packed.copy('a');
    const b = await packed.copy('b');
    await writeFile(
      join(a, 'part.ts'),
      `import { defineTask, FlowDefinitionError, linear, type Outcome, PermanentError, StaleRunError, Task, times } from 'flowproof';
      export const log: string[] = [];
      @Task({ name: 'make', requires: ['size'], provides: ['disk'] })
      export class Make {
        async execute({ size }: { size: number }) { return { disk: 'disk of ' + size }; }
        async revert(_inputs: { size: number }, outcome: Outcome<Make>) { log.push('undo ' + outcome.kind); }
      }
      export const fail = defineTask({
        name: 'fail', requires: ['disk'], execute: ({ disk }: { disk: string }) => { log.push(disk); if (disk !== '') throw new PermanentError('no'); return {}; },
      });
      export const inner = linear.open('inner').retry(times(3)).add(Make).build();
      export const error: unknown = new StaleRunError('r');
      export const definitionError: unknown = new FlowDefinitionError('f', []);`,
    );
    await writeFile(
      join(b, 'main.ts'),
      `import { isFlowproofError, linear, run, runOrThrow } from 'flowproof';
      import * as other from '../a/part.js';
      declare const console: { log(text: string): void };
      const good = linear('good').input<{ size: number }>().add(other.inner).build();
      const bad = linear('bad').input<{ size: number }>().add(other.Make).add(other.fail).build();
      const first = await run(good, { inputs: { size: 2 } });
      const disk: string = first.state === 'SUCCESS' ? first.results.disk : '';
      const second = await run(bad, { inputs: { size: 3 } });
      const known = [isFlowproofError(other.error), isFlowproofError(other.error, 'STALE_RUN'), isFlowproofError(other.definitionError, 'STALE_RUN')];
      const thrown = await runOrThrow(bad, { inputs: { size: 4 } }).catch((error: unknown) => isFlowproofError(error, 'FLOW_FAILED'));
      const failures = second.state === 'REVERTED' ? second.failures.map(({ path, failure }) => [path, failure.permanent]) : [];
      console.log(JSON.stringify({ disk, second: second.state, failures, known, thrown, log: other.log }));`,
    );
    const options = { target: 'es2022', module: 'nodenext', lib: ['es2022'], types: [], strict: true, experimentalDecorators: true };
    await writeFile(join(b, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...options, rootDir: '..' }, files: ['main.ts'] }));
    await tool(b, COMPILERS['6.0'], '-p', 'tsconfig.json');
    expect(JSON.parse(await node(b, 'main.js'))).toEqual({
      disk: 'disk of 2',
      second: 'REVERTED',
      failures: [['bad/fail', true]],
      known: [true, true, false],
      thrown: true,
      log: ['disk of 3', 'undo result', 'disk of 4', 'undo result'],
    });
  });
});

describe('a bundle minified by esbuild', () => {
  test('keeps the names that tasks and errors were given, and is warned of a class without one', async () => {
    const folder = await packed.program('bundle', {
      'main.ts': `import { FlowDefinitionError, file, flowproof, isFlowproofError, linear, run, Task } from 'flowproof';
        @Task({ name: 'create-volume', provides: ['volume'] })
        class CreateVolume { async execute() { return { volume: 1 }; } }
        @Task()
        class Unnamed { async execute() { throw new TypeError('on purpose'); } }
        const named = linear('named').add(CreateVolume).build();
        const flow = linear('provision').add(CreateVolume).add(Unnamed).build();
        const warnings: string[] = [];
        process.on('warning', (warning) => warnings.push(String((warning as { code?: string }).code)));
        const first = await run(named);
        const app = flowproof({ persistence: file('./runs'), flows: [flow, named] });
        const second = await app.run(flow);
        await app.stop();
        const paths = second.state === 'REVERTED' ? second.failures.map(({ path, failure }) => [path.split('/').length, failure.name]) : second.state;
        const wrong = linear('wrong') as unknown as { add(node: unknown): { build(): { compile(): void } } };
        let error: unknown;
        try { wrong.add(undefined).build().compile(); } catch (thrown) { error = thrown; }
        const name = error instanceof FlowDefinitionError && isFlowproofError(error, 'FLOW_DEFINITION') ? error.name : error;
        console.log(JSON.stringify({ first, paths, warnings, name, mangled: Unnamed.name !== 'Unnamed' }));`,
    });
    await build({
      entryPoints: [join(folder, 'main.ts')],
      outfile: join(folder, 'out/main.mjs'),
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    });
    expect(JSON.parse(await node(folder, '--no-warnings', 'out/main.mjs'))).toEqual({
      first: { state: 'SUCCESS', flow: 'named', runId: expect.any(String), results: { volume: 1 }, failures: [] },
      paths: [[2, 'TypeError']],
      warnings: ['CLASS_NAME_USED'],
      name: 'FlowDefinitionError',
      mangled: true,
    });
  });
});
