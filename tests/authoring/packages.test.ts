import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The authoring room compiled by plain tsc, twice: as two installed copies of the package would be. */
const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const WORK = join(ROOT, 'build', `authoring-${process.pid}`);
const COMPILERS = ['typescript-5.9', 'typescript', 'typescript-7.0'];

const PROGRAM = `
import { Task, defineTask, taskDefinitionOf, type Outcome, type TaskContext } from './a/authoring/index.js';
import { builders, flowDefinitionOf, taskDefinitionOf as definitionInB, times, type Provides, type ServicesOf } from './b/authoring/index.js';
import { builders as buildersOfA } from './a/authoring/index.js';

@Task({ name: 'create', requires: ['size', 'zone?'], provides: ['volume'], keeps: ['token'] })
class Create {
  async execute({ size, zone }: { size: number; zone?: string }, ctx: TaskContext<{ cloud: string }>) {
    return { volume: ctx.services.cloud + size + zone, token: 1 };
  }
  async revert(_inputs: { size: number }, outcome: Outcome<Create>) {
    if (outcome.kind === 'result') outcome.result.token.toFixed();
  }
}
const twin = defineTask({ name: 'twin', requires: ['volume'], provides: ['loud'], execute: (i: { volume: string }) => ({ loud: i.volume }) });
const compile = () => ({ name: 'x', version: 1, fingerprint: 'f' });
const inner = buildersOfA(compile).linear.open('inner').add(twin).build();
const { linear } = builders(compile);
const flow = linear('outer').input<{ size: number }>().retry(times(2)).add(Create).add(inner).build();
const provided: Provides<typeof flow>['loud'] = 'x';
const services: ServicesOf<typeof flow> = { cloud: 'c' };
// @ts-expect-error the copies check each other
linear('wrong').add(inner);
const names = flowDefinitionOf(flow)?.nodes.map((each) => each.node.name);
const answer = { names, same: taskDefinitionOf(Create) === definitionInB(Create), revert: definitionInB(Create)?.hasRevert, provided, services };
declare const console: { log(text: string): void };
console.log(JSON.stringify(answer));
`;

function options(extra: object) {
  const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true };
  return { target: 'es2022', lib: ['es2022'], module: 'nodenext', types: [], skipLibCheck: false, ...strict, ...extra };
}

async function tsc(compiler: string, config: string) {
  await run(process.execPath, [join(ROOT, 'node_modules', compiler, 'bin/tsc'), '-p', config]).catch((failed: { stdout: string }) => {
    throw new Error(failed.stdout);
  });
}

beforeAll(async () => {
  await mkdir(WORK, { recursive: true });
  const emit = { rootDir: join(ROOT, 'src'), outDir: 'a', declaration: true, lib: ['es2022', 'esnext.disposable'] };
  const config = {
    compilerOptions: { ...options(emit), types: ['node'], skipLibCheck: true },
    files: [join(ROOT, 'src/authoring/index.ts')],
  };
  await writeFile(join(WORK, 'emit.json'), JSON.stringify(config));
  await writeFile(join(WORK, 'package.json'), '{ "type": "module" }');
  await tsc('typescript', join(WORK, 'emit.json'));
  await cp(join(WORK, 'a'), join(WORK, 'b'), { recursive: true });
  await writeFile(join(WORK, 'program.ts'), PROGRAM);
});
afterAll(() => rm(WORK, { recursive: true, force: true }));

test.each([
  ['standard', false],
  ['legacy', true],
])(
  'two copies work together, in types and at run time, with %s decorators',
  async (mode, experimentalDecorators) => {
    for (const compiler of COMPILERS) {
      const config = join(WORK, `${mode}-${compiler}.json`);
      const outDir = `out-${mode}-${compiler}`;
      await writeFile(
        config,
        JSON.stringify({ compilerOptions: options({ experimentalDecorators, outDir, rootDir: '.' }), files: ['program.ts'] }),
      );
      await tsc(compiler, config);
      await cp(join(WORK, outDir, 'program.js'), join(WORK, `${mode}.js`));
      const { stdout } = await run(process.execPath, [join(WORK, `${mode}.js`)]);
      expect(JSON.parse(stdout)).toEqual({
        names: ['create', 'inner'],
        same: true,
        revert: true,
        provided: 'x',
        services: { cloud: 'c' },
      });
    }
  },
  300_000,
);
