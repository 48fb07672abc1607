import { readFileSync } from 'node:fs';
import { cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, filesOf, write } from './documented-files.js';
import { NEST_12_PROGRAM, TERMINUS_SPEC } from './nest-programs.js';
import { node, type Packed, packAndInstall, run } from './packed.js';
import { serve } from './running-server.js';

/*
 * The first hour of a new user: the documents literally, in an empty folder with the packed tarball, with the tools that people
 * use. They are installed from tests/first-hour, a package of its own with its own lockfile.
 */

const ROOT = join(import.meta.dirname, '../..');
const INSTALL = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
let packed: Packed;
let installed = false;

beforeAll(async () => {
  packed = await packAndInstall();
  const { project } = packed;
  await cp(join(ROOT, 'tests/first-hour'), join(packed.folder, 'tools'), { recursive: true });
  const tools = join(packed.folder, 'tools');
  installed = await run(tools, 'npm', ...INSTALL).then(
    () => true,
    // Without a registry there is nothing to try; where tests have to run, that is a failure.
    (error: unknown) => {
      if (process.env.CI) throw error;
      return false;
    },
  );
  if (installed) await cp(join(project, 'node_modules/flowproof'), join(tools, 'node_modules/flowproof'), { recursive: true });
}, 300_000);
afterAll(() => packed?.remove());

/** A folder of a user, in which the tools are installed. */
async function folder(name: string, files: Readonly<Record<string, string | object>>): Promise<string> {
  return write(join(packed.folder, 'tools', name), files);
}

const bin = (name: string): string => join(packed.folder, 'tools/node_modules/.bin', name);

const trial = (name: string, body: () => Promise<void>): void =>
  test(name, async (context) => {
    if (!installed) context.skip('the tools of tests/first-hour could not be installed: is there a registry?');
    await body();
  }, 300_000);

const [QUICKSTART = ''] = blocksOf('README.md');
/** As the README names it. */
const [, QUICKSTART_FILE = ''] = /^`([^`]+)`:$/m.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
const QUICKSTART_OUTPUT = readFileSync(join(ROOT, 'examples/quickstart/output.txt'), 'utf8');
const DECORATED = `import { linear, run, Task } from 'flowproof';
@Task({ name: 'greet', requires: ['name'], provides: ['greeting'] })
class Greet { async execute({ name }: { name: string }) { return { greeting: 'hello ' + name }; } }
const hello = linear('hello').input<{ name: string }>().add(Greet).build();
export const greeted = run(hello, { inputs: { name: 'world' } }).then((r) => (r.state === 'SUCCESS' ? r.results.greeting : r.state));
`;

describe('the quickstart of the README', () => {
  trial('runs with tsx as it stands, and does nothing twice', async () => {
    // What npm writes of a package in an empty folder says nothing of modules.
    const cwd = await folder('quickstart', { 'package.json': {}, [QUICKSTART_FILE]: QUICKSTART });
    expect(await run(cwd, bin('tsx'), QUICKSTART_FILE)).toBe(QUICKSTART_OUTPUT);
    expect(await run(cwd, bin('tsx'), QUICKSTART_FILE)).toBe('SUCCESS receipt 1\nREVERTED \n');
  });

  trial('runs with Node alone, where that strips types', async () => {
    const cwd = await folder('quickstart-node', { 'package.json': {}, [QUICKSTART_FILE]: QUICKSTART });
    const strips = (process.features as { readonly typescript?: unknown }).typescript;
    if (strips === 'strip') expect(await node(cwd, QUICKSTART_FILE)).toBe(QUICKSTART_OUTPUT);
  });

  trial('compiles with what tsc --init writes, and without .add(reserve) says what is missing', async () => {
    const cwd = await folder('init', { 'package.json': {}, [QUICKSTART_FILE]: QUICKSTART });
    await run(cwd, bin('tsc'), '--init');
    await run(cwd, bin('tsc'), '--noEmit');
    await write(cwd, { [QUICKSTART_FILE]: QUICKSTART.replace('.add(reserve)', '') });
    await expect(run(cwd, bin('tsc'), '--noEmit')).rejects.toThrow(
      "flow 'order' needs 'reservation' here, which nothing before it provides",
    );
  });
});

describe('tasks as classes', () => {
  const settings = { module: 'nodenext', target: 'es2022', strict: true, types: ['node'] };

  trial('run with tsx, with standard decorators and with TypeScript’s own', async () => {
    for (const experimentalDecorators of [false, true]) {
      const cwd = await folder(`decorated-${experimentalDecorators}`, {
        'package.json': { type: 'module' },
        'tsconfig.json': { compilerOptions: { ...settings, experimentalDecorators } },
        'greet.ts': `${DECORATED}greeted.then(console.log);`,
      });
      expect(await run(cwd, bin('tsx'), 'greet.ts')).toBe('hello world\n');
      await run(cwd, bin('tsc'), '--noEmit');
    }
  });

  trial('run in Jest as ts-jest sets it up, where modules are CommonJS', async () => {
    const cwd = await folder('jest', {
      'package.json': { name: 'jest-user' },
      'jest.config.js': "module.exports = { preset: 'ts-jest', testEnvironment: 'node' };",
      'tsconfig.json': {
        compilerOptions: { target: 'es2022', module: 'commonjs', strict: true, esModuleInterop: true, experimentalDecorators: true },
      },
      'greet.ts': DECORATED,
      'greet.test.ts': `import { VirtualClock } from 'flowproof/testing';
        import { greeted } from './greet';
        test('greets', async () => { expect(await greeted).toBe('hello world'); expect(new VirtualClock(7).nowMs()).toBe(7); });`,
    });
    await run(cwd, bin('jest'));
  });
});

describe('docs/testing.md', () => {
  trial('is right in Vitest, block by block', async () => {
    const tests = Object.fromEntries(blocksOf('docs/testing.md').map((code, index) => [`block-${index}.test.ts`, code]));
    expect(Object.keys(tests).length).toBeGreaterThan(3);
    const cwd = await folder('vitest', {
      'package.json': { type: 'module' },
      'tsconfig.json': { compilerOptions: { target: 'es2022', module: 'nodenext', experimentalDecorators: true } },
      ...tests,
    });
    for (const name of ['vitest', 'zod'])
      await symlink(join(ROOT, 'node_modules', name), join(packed.folder, 'tools/node_modules', name), 'junction');
    await node(cwd, join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run');
  });
});

describe('docs/nestjs.md', () => {
  const compilerOptions = {
    ...{ module: 'nodenext', moduleResolution: 'nodenext', target: 'es2023', strictNullChecks: true, skipLibCheck: true },
    ...{ emitDecoratorMetadata: true, experimentalDecorators: true, isolatedModules: true, esModuleInterop: true },
  };

  trial('is right: Nest’s container makes the tasks, and Jest tests them', async () => {
    const cwd = await folder('nest', {
      'package.json': { name: 'nest-user' },
      'jest.config.js': "module.exports = { preset: 'ts-jest', testEnvironment: 'node', testRegex: '.*\\\\.spec\\\\.ts$' };",
      'tsconfig.json': { compilerOptions },
      ...filesOf('docs/nestjs.md'),
      'terminus.spec.ts': TERMINUS_SPEC,
    });
    await run(cwd, bin('tsc'), '--noEmit');
    await run(cwd, bin('jest'));
  });

  trial('is right with Nest 12', async () => {
    const tools = join(packed.folder, 'tools/nest-12');
    await run(tools, 'npm', ...INSTALL);
    await cp(join(packed.project, 'node_modules/flowproof'), join(tools, 'node_modules/flowproof'), { recursive: true });
    const { 'orders.spec.ts': _, ...files } = filesOf('docs/nestjs.md');
    const cwd = await folder('nest-12/user', {
      'package.json': { name: 'nest-12-user' },
      'tsconfig.json': { compilerOptions: { ...compilerOptions, outDir: 'out', types: ['node'] } },
      ...files,
      'main.ts': NEST_12_PROGRAM,
    });
    await run(cwd, bin('tsc'));
    expect(JSON.parse(await node(cwd, 'out/main.js'))).toEqual([404, [200, { id: 'o-1' }], 'SUCCESS', 200, [503, 503]]);
  });
});

describe('docs/server.md', () => {
  trial('is right: an order is taken, asked for, and goes on in the process after the one that was stopped', async () => {
    const cwd = await folder('server', {
      'package.json': { type: 'module' },
      'tsconfig.json': { compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, types: ['node'], skipLibCheck: true } },
      ...filesOf('docs/server.md'),
    });
    await run(cwd, bin('tsc'), '--noEmit');
    const start = () => serve(cwd, ['--import', 'tsx', 'server.ts']);
    const first = await start();
    const body = { item: 'lamp', card: 'visa' };
    expect(await first.call('PUT', '/orders/o-1', { body })).toEqual([202, { id: 'o-1' }]);
    expect(await first.call('PUT', '/orders/o-1', { body })).toEqual([202, { id: 'o-1' }]);
    const conflict = expect.objectContaining({ code: 'RUN_CONFLICT' });
    expect(await first.call('PUT', '/orders/o-1', { body: { ...body, card: 'other' } })).toEqual([409, conflict]);
    expect(await first.call('PUT', '/orders/o-2')).toEqual([400, expect.objectContaining({ code: 'INVALID_INPUT' })]);
    expect(await first.call('GET', '/orders/none')).toEqual([404, expect.objectContaining({ code: 'RUN_NOT_FOUND' })]);
    expect(await first.stop()).toBe(0);
    const second = await start();
    const ended = {
      state: 'SUCCESS',
      steps: ['reserve', 'charge'].map((name) => ({ path: `order/${name}`, state: 'SUCCESS', progress: expect.any(Number) })),
    };
    await expect.poll(() => second.call('GET', '/orders/o-1'), { timeout: 30_000 }).toEqual([200, ended]);
    expect(await second.stop()).toBe(0);
  });
});
