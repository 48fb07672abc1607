import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { check } from '../../compiler/checking/index.js';
import { readProject } from '../../compiler/reading/index.js';
import { openProject, type SourceProject, type ts, UnreadableProjectError } from '../../compiler/source/index.js';
import './parse-once.js';

const ROOT = join(import.meta.dirname, '../..');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowproof-source-'));
  write('package.json', { type: 'module' });
});
afterEach(() => rmSync(folder, { recursive: true }));

const compilerOptions = {
  ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true, types: [] },
  paths: { flowproof: [join(ROOT, 'dist/index.d.ts')] },
};

function write(path: string, content: string | object): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** The project, and how often its compiler is asked for symbols and types. */
function counted(project: SourceProject): { readonly project: SourceProject; readonly asked: () => number } {
  let asked = 0;
  const checker = new Proxy(project.checker, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        asked++;
        return Reflect.apply(value, target, args);
      };
    },
  }) as ts.TypeChecker;
  return { project: { ...project, checker }, asked: () => asked };
}

/** Many files that import each other, and have nothing to do with flows. */
function writeOthers(count: number): void {
  for (let index = 0; index < count; index++) {
    const imported = index === 0 ? '' : `import { Service${index - 1} } from './other${index - 1}.js';\n`;
    const call = index === 0 ? '1' : `new Service${index - 1}().work([x])`;
    write(
      `src/other${index}.ts`,
      `${imported}export class Service${index} { work(all: number[]): number { return all.map((x) => ${call}).length; } }\n`,
    );
  }
}

describe('of a repository', () => {
  const asked = (): number => {
    const { project, asked } = counted(openProject([write('tsconfig.json', { compilerOptions, include: ['src'] })]));
    check(readProject(project));
    return asked();
  };

  test('nothing is interpreted without a flow', () => {
    writeOthers(30);
    expect(asked()).toBe(0);
  });

  test('only what gets something of flowproof is interpreted, by whatever it imports', () => {
    write('src/kit.ts', "export * from 'flowproof';\n");
    write('src/tasks.ts', "import { defineTask } from './kit.js';\nexport const task = defineTask({ name: 'task', execute: () => {} });\n");
    write(
      'src/flow.ts',
      "import { task } from './tasks.js';\nimport * as kit from './kit.js';\nexport const flow = kit.linear('f').add(task).build();\n",
    );
    write('src/user.ts', "export const used = async () => (await import('./flow.js')).flow;\n");
    writeOthers(3);
    const few = asked();
    expect(few).toBeGreaterThan(10);
    writeOthers(60);
    expect(asked()).toBe(few);
    const { flowFiles, files } = openProject([join(folder, 'tsconfig.json')]);
    expect(flowFiles.map(({ fileName }) => fileName.slice(folder.length + 5))).toEqual(['flow.ts', 'kit.ts', 'tasks.ts', 'user.ts']);
    expect(files).toHaveLength(64);
  });

  test('what augments flowproof reaches nobody else; what is declared for all reaches all', () => {
    write(
      'src/register.ts',
      "import { Row } from './row.js';\nimport { linear } from 'flowproof';\ndeclare module 'flowproof' { interface Register { storable: Row } }\nexport const f = linear('f').build();\n",
    );
    write('src/row.ts', 'export class Row {}\n');
    const config = write('tsconfig.json', { compilerOptions, include: ['src'] });
    expect(openProject([config]).flowFiles).toHaveLength(1);
    write('src/globals.ts', "import type { linear } from 'flowproof';\ndeclare global { var begin: typeof linear }\n");
    expect(openProject([config]).flowFiles).toHaveLength(3);
  });
});

describe('the packages of a monorepo import each other by name', () => {
  const reference = (name: string) => ({ path: `../${name}` });
  const config = (name: string, ...others: readonly string[]) =>
    write(`packages/${name}/tsconfig.json`, {
      compilerOptions: { ...compilerOptions, composite: true, rootDir: 'src', outDir: 'dist' },
      include: ['src'],
      references: others.map(reference),
    });

  function writePackages(): string {
    write('packages/tasks/package.json', {
      name: '@acme/tasks',
      type: 'module',
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './more': './dist/more.js' },
    });
    write(
      'packages/tasks/src/index.ts',
      "import { defineTask } from 'flowproof';\nexport const step = (name: string) => defineTask({ name, execute: () => {} });\n",
    );
    write('packages/tasks/src/more.ts', "import { step } from './index.js';\nexport const more = { x: step('x'), y: step('y') };\n");
    write('packages/app/package.json', { name: '@acme/app', type: 'module' });
    write(
      'packages/app/src/flows.ts',
      "import { graph, linear } from 'flowproof';\nimport { step } from '@acme/tasks';\nimport { more } from '@acme/tasks/more';\nexport const named = linear('named').add(step('a')).build();\nexport const circle = graph('circle').add(more).link('x', 'y').link('y', 'x').build();\n",
    );
    config('tasks');
    return config('app', 'tasks');
  }

  const said = (path: string) =>
    check(readProject(openProject([path]))).map(({ code, place }) => `${place.file.slice(folder.length + 10)}:${place.line} ${code}`);

  test('and are followed to their sources, installed or not, before they are built', () => {
    const app = writePackages();
    expect(said(app)).toEqual(['app/src/flows.ts:5 CYCLE']);
    mkdirSync(join(folder, 'node_modules/@acme'), { recursive: true });
    symlinkSync(join(folder, 'packages/tasks'), join(folder, 'node_modules/@acme/tasks'), 'junction');
    expect(said(app)).toEqual(['app/src/flows.ts:5 CYCLE']);
  });

  test('and are read with what any of them has: JavaScript, JSON and JSX', () => {
    writePackages();
    write('packages/app/src/legacy.js', "import { step } from '@acme/tasks';\nexport const legacy = { x: step('x'), y: step('y') };\n");
    write('packages/app/src/names.json', { name: 'circle' });
    write('packages/app/src/view.tsx', 'export const view = <T,>(x: T) => x;\n');
    write(
      'packages/app/src/flows.ts',
      "import { graph } from 'flowproof';\nimport { legacy } from './legacy.js';\nimport names from './names.json' with { type: 'json' };\nimport { view } from './view.js';\nexport const circle = view(graph.dynamic(names.name).add(legacy)).link('x', 'y').link('y', 'x').build();\n",
    );
    const more = { allowJs: true, resolveJsonModule: true, jsx: 'preserve', composite: true, rootDir: 'src', outDir: 'dist' };
    write('packages/app/tsconfig.json', {
      compilerOptions: { ...compilerOptions, ...more },
      include: ['src'],
      references: [reference('tasks')],
    });
    const all = write('tsconfig.json', { files: [], references: [{ path: 'packages/tasks' }, { path: 'packages/app' }] });
    expect(said(all)).toEqual(['app/src/flows.ts:5 CYCLE']);
  });

  test('and after they are built', () => {
    const app = writePackages();
    write('packages/tasks/dist/index.d.ts', 'export declare const step: (name: string) => unknown;\n');
    write('packages/tasks/dist/more.d.ts', 'export declare const more: unknown;\n');
    mkdirSync(join(folder, 'node_modules/@acme'), { recursive: true });
    symlinkSync(join(folder, 'packages/tasks'), join(folder, 'node_modules/@acme/tasks'), 'junction');
    expect(said(app)).toEqual(['app/src/flows.ts:5 CYCLE']);
  });

  test('and a package whose sources are not read is known by its declarations', () => {
    const app = writePackages();
    config('app');
    write(
      'packages/tasks/dist/index.d.ts',
      "import { defineTask } from 'flowproof';\nexport declare const step: (name: string) => ReturnType<typeof defineTask>;\n",
    );
    write(
      'packages/tasks/dist/more.d.ts',
      "import { step } from './index.js';\nexport declare const more: { x: ReturnType<typeof step>; y: ReturnType<typeof step> };\n",
    );
    mkdirSync(join(folder, 'node_modules/@acme'), { recursive: true });
    symlinkSync(join(folder, 'packages/tasks'), join(folder, 'node_modules/@acme/tasks'), 'junction');
    expect([...new Set(said(app))]).toEqual(['app/src/flows.ts:4 NOT_STATIC', 'app/src/flows.ts:5 NOT_STATIC', 'app/src/flows.ts:5 CYCLE']);
  });
});

describe('a tsconfig that can not be read is named, with what is wrong', () => {
  const wrong = (path: string): string => {
    try {
      openProject([path]);
    } catch (error) {
      expect(error).toBeInstanceOf(UnreadableProjectError);
      return (error as Error).message.replaceAll(`${folder}/`, '');
    }
    return 'nothing';
  };

  test('one that is no JSON', () => {
    write('src/a.ts', 'export {};\n');
    const path = write('tsconfig.json', '{\n  "compilerOptions": {\n    "strict": true\n');
    expect(wrong(path)).toMatch(/^tsconfig\.json:4:1: '}' expected\.$/);
  });

  test('one that extends what is not there, or itself', () => {
    write('src/a.ts', 'export {};\n');
    expect(wrong(write('tsconfig.json', { extends: './gone.json' }))).toMatch(/^tsconfig\.json.*gone\.json/);
    expect(wrong(write('tsconfig.json', { extends: 'nobody/tsconfig.json' }))).toMatch(/^tsconfig\.json.*nobody\/tsconfig\.json/);
    write('b.json', { extends: './tsconfig.json' });
    expect(wrong(write('tsconfig.json', { extends: './b.json' }))).toMatch(/[Cc]ircular/);
    write('b.json', '{ "compilerOptions": [ }');
    expect(wrong(write('tsconfig.json', { extends: './b.json' }))).toMatch(/^b\.json:1:\d+: /);
  });

  test('one that references what is not there', () => {
    write('src/a.ts', 'export {};\n');
    expect(wrong(write('tsconfig.json', { compilerOptions, include: ['src'], references: [{ path: './gone' }] }))).toBe(
      'there is no gone/tsconfig.json',
    );
  });

  test('one that gives an option what it does not take is read without it, and said', () => {
    write('src/a.ts', 'export {};\n');
    write('base.json', { compilerOptions: { jsx: 'none' } });
    write('tsconfig.json', {
      extends: './base.json',
      compilerOptions: { ...compilerOptions, target: 'es1066', strict: 'yes' },
      include: ['src'],
    });
    const findings = check(readProject(openProject([join(folder, 'tsconfig.json')])));
    const said = findings.map(({ code, severity, place, message }) => [code, severity, relative(folder, place.file), message.slice(0, 79)]);
    expect(said).toEqual([
      ['TSCONFIG_OPTION', 'warning', 'base.json', "the sources are read without this option: Argument for '--jsx' option must be: "],
      ['TSCONFIG_OPTION', 'warning', 'tsconfig.json', "the sources are read without this option: Argument for '--target' option must b"],
      ['TSCONFIG_OPTION', 'warning', 'tsconfig.json', "the sources are read without this option: Compiler option 'strict' requires a v"],
    ]);
  });

  test('but options of another version of TypeScript are no reason', () => {
    write('src/a.ts', 'export {};\n');
    expect(wrong(write('tsconfig.json', { compilerOptions: { ...compilerOptions, ofTomorrow: true }, include: ['src'] }))).toBe('nothing');
  });
});
