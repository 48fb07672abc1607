import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { create, type Surroundings } from '../../packages/create-flowproof/src/create.js';
import { DEPENDENCIES, DEV_DEPENDENCIES, TEMPLATES } from '../../packages/create-flowproof/src/templates.js';

const ROOT = join(import.meta.dirname, '../..');
let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'flowproof-create-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

/** What the program says and gives for these arguments, with the answers of whoever sits there. */
async function creating(args: readonly string[], more: Partial<Surroundings> & { answers?: (string | undefined)[] } = {}) {
  const { answers, ...given } = more;
  const said: string[] = [];
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return answers?.shift();
  };
  const code = await create(args, {
    ...{ cwd, version: '1.2.3', out: (text) => said.push(text), err: (text) => said.push(`error: ${text}`) },
    ...(answers && { ask }),
    ...given,
  });
  return { code, said: said.join('\n'), asked };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(cwd, folder), { recursive: true, withFileTypes: true });
  return entries
    .flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name).slice(join(cwd, folder).length + 1)] : []))
    .sort();
}

const manifestOf = async (folder: string) =>
  JSON.parse(await readFile(join(cwd, folder, 'package.json'), 'utf8')) as Record<string, unknown>;

describe('what is written', () => {
  test.each(Object.keys(TEMPLATES))('has a flow, its test, a server, a database and a README, with %s', async (template) => {
    const { code, said } = await creating(['my-app', '--template', template]);
    expect(code).toBe(0);
    expect(said).toContain('cd my-app\n  npm install\n');
    expect(await filesIn('my-app')).toEqual([
      ...['.gitignore', 'README.md', 'compose.yaml', 'package.json', 'src/app.ts', 'src/http.ts', 'src/order.test.ts', 'src/order.ts'],
      ...['src/server.ts', 'src/shop.ts', 'tsconfig.build.json', 'tsconfig.json'],
    ]);
    const { name, dependencies } = await manifestOf('my-app');
    expect({ name, dependencies }).toMatchObject({
      name: 'my-app',
      dependencies: { flowproof: '^1.2.3', ...TEMPLATES[template as 'express'].dependencies },
    });
    for (const file of await filesIn('my-app')) expect(await readFile(join(cwd, 'my-app', file), 'utf8'), file).not.toContain('{{');
  });

  test('is in the folder that one is in, for a dot, beside its repository', async () => {
    const folder = join(cwd, 'here');
    await mkdir(join(folder, '.git'), { recursive: true });
    const { code, said } = await creating(['.'], { cwd: folder });
    expect([code, said.includes('cd ')]).toEqual([0, false]);
    expect((await manifestOf('here')).name).toBe('here');
  });

  test('depends on the flowproof that it is told to', async () => {
    await creating(['my-app', '--flowproof', 'file:../flowproof.tgz']);
    expect((await manifestOf('my-app')).dependencies).toMatchObject({ flowproof: 'file:../flowproof.tgz' });
  });

  test('is continued with the program that it was begun with', async () => {
    expect((await creating(['a'], { userAgent: 'pnpm/10.1.0 npm/? node/v22' })).said).toContain('pnpm install');
    expect((await creating(['b'], { userAgent: 'npm/11.0.0 node/v22' })).said).toContain('npm install');
  });
});

describe('nothing is written', () => {
  test.each([
    ['into a folder with files', 'full', 'full is not empty (a.txt): nothing was written'],
    ['into a file', 'full/a.txt', 'a.txt is there already, and no folder'],
    ['into a link to a folder with files', 'link', 'link is not empty'],
    ['below a file', 'full/a.txt/app', 'not a directory'],
    ['under a name with capital letters', 'My-App', '"my-app"?'],
    ['under a name with spaces', 'my app', 'letters, digits, and . _ - only'],
    ['under a name that begins with a dot', '.app', 'must begin with a letter or digit'],
    ['under a name with a line break', 'my\napp', '"my\\napp"'],
    ['under a name with markup', '<b>', 'must begin with a letter or digit'],
    ['under a scope', '@me/app/@x', 'must begin with a letter or digit'],
    ['under a name that is too long', 'a'.repeat(215), 'longer than 214'],
    ['under the name of what it depends on', 'flowproof', `can't be called "flowproof"`],
    ['under no name', '', 'a folder needs a name'],
    ['under a NUL', 'a\0b', 'is no name of a folder'],
    ['into the root of all folders', '/', 'a folder needs a name'],
  ])('%s', async (_, folder, reason) => {
    await mkdir(join(cwd, 'full'));
    await writeFile(join(cwd, 'full/a.txt'), 'mine');
    await symlink(join(cwd, 'full'), join(cwd, 'link'));
    const { code, said } = await creating([folder]);
    expect([code, said]).toEqual([1, expect.stringContaining(reason)]);
    expect((await readdir(cwd)).sort()).toEqual(['full', 'link']);
    expect(await filesIn('full')).toEqual(['a.txt']);
  });

  test.each([
    [['a', 'b'], "what is 'b'?"],
    [['a', '--template', 'rails'], "there is no template 'rails': express, fastify, hono"],
    [['a', '--template', 'toString'], "there is no template 'toString'"],
    [['a', '--tmplate', 'hono'], '--tmplate'],
    [['a', '--template'], '--template'],
    [['a', '--flowproof', ' '], '--flowproof needs a version'],
    [[], 'Which folder?'],
  ])('for what makes no sense: %j', async (args, reason) => {
    const { code, said } = await creating(args);
    expect([code, said]).toEqual([2, expect.stringContaining(reason)]);
    expect(said).toContain('--template NAME');
    expect(await readdir(cwd)).toEqual([]);
  });

  test('for who asks for help, or the version', async () => {
    expect(await creating(['--help'])).toMatchObject({ code: 0, said: expect.stringContaining('npm create flowproof [FOLDER]') });
    expect(await creating(['-v'])).toMatchObject({ code: 0, said: '1.2.3' });
    expect(await readdir(cwd)).toEqual([]);
  });
});

describe('who sits there', () => {
  test('is asked for the folder and the template, again until there is one', async () => {
    const { code, asked } = await creating([], { answers: ['shop', 'rails', 'Hono'] });
    expect([code, asked.length]).toEqual([0, 3]);
    expect((await manifestOf('shop')).dependencies).toHaveProperty('hono');
  });

  test('may take what is proposed', async () => {
    expect((await creating([], { answers: ['', ''] })).code).toBe(0);
    expect((await manifestOf('flowproof-app')).dependencies).toHaveProperty('express');
  });

  test('is not asked for a template when the folder is wrong', async () => {
    expect(await creating([], { answers: ['My App'] })).toMatchObject({ code: 1, asked: ['Folder (flowproof-app): '] });
  });

  test('may leave', async () => {
    expect(await creating([], { answers: [undefined] })).toMatchObject({ code: 2 });
    expect(await creating([], { answers: ['shop', undefined] })).toMatchObject({ code: 2 });
    expect(await readdir(cwd)).toEqual([]);
  });

  test('is asked nothing with --yes, and with a folder', async () => {
    expect(await creating(['--yes'], { answers: [] })).toMatchObject({ code: 0, asked: [] });
    expect(await creating(['shop'], { answers: [] })).toMatchObject({ code: 0, asked: [] });
    expect((await readdir(cwd)).sort()).toEqual(['flowproof-app', 'shop']);
  });
});

test('projects are made of what this repository was tried with', async () => {
  const read = async (path: string) =>
    JSON.parse(await readFile(join(ROOT, path), 'utf8')) as { version: string; devDependencies: Record<string, string> };
  const own = await read('package.json');
  const tried = { ...(await read('tests/first-hour/package.json')).devDependencies, ...own.devDependencies };
  const { express } = TEMPLATES;
  for (const [name, version] of Object.entries({
    ...DEPENDENCIES,
    ...DEV_DEPENDENCIES,
    ...express.dependencies,
    ...express.devDependencies,
  }))
    expect(version, name).toBe(`^${tried[name]}`);
  expect((await read('packages/create-flowproof/package.json')).version).toBe(own.version);
});
