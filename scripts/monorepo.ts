import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Flows of a package. */
const SIZE = 10;

/**
 * Writes a monorepo: packages of ten flows each, with tasks of their own and those of a shared package, flows that are
 * parts of others, helper functions and graphs. Each mistake is marked on its line: `//! CODE`.
 *
 * @param root of this repository
 * @param library where `flowproof` is found, relative to it
 */
export function writeMonorepo(
  folder: string,
  { flows, mistakes, root, library }: { flows: number; mistakes: boolean; root: string; library: string },
): void {
  const write = (path: string, text: string): void => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };
  const packages = Array.from({ length: Math.ceil(flows / SIZE) }, (_, index) => `packages/p${index}`);
  const options = {
    ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', strict: true, exactOptionalPropertyTypes: true },
    ...{
      experimentalDecorators: true,
      skipLibCheck: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
      composite: true,
    },
    paths: { flowproof: [join(root, library)], '@mono/*': [join(folder, 'packages/*/index.ts')] },
  };
  write('package.json', '{ "name": "monorepo", "type": "module", "private": true }');
  write('tsconfig.base.json', JSON.stringify({ compilerOptions: options }));
  const all = ['packages/shared', ...packages];
  for (const path of all) write(`${path}/tsconfig.json`, JSON.stringify({ extends: '../../tsconfig.base.json', include: ['*.ts'] }));
  write('tsconfig.all.json', JSON.stringify({ extends: './tsconfig.base.json', include: ['packages/*/*.ts'] }));
  write('tsconfig.json', JSON.stringify({ files: [], references: all.map((path) => ({ path })) }));
  write('packages/shared/index.ts', SHARED);
  for (const [index, path] of packages.entries()) {
    const count = Math.min(SIZE, flows - index * SIZE);
    write(`${path}/tasks.ts`, tasksOf(index, mistakes));
    write(
      `${path}/index.ts`,
      Array.from({ length: count }, (_, flow) => flowOf(index, flow, mistakes)).reduce((text, one) => text + one, HEAD),
    );
  }
}

const SHARED = `import { defineTask, linear, Task, type TaskContext } from 'flowproof';

@Task({ name: 'audit', requires: ['id'] })
export class Audit {
  async execute({ id }: { id: string }, ctx: TaskContext): Promise<void> {
    await ctx.save({ id });
  }
}
export const settle = defineTask({ name: 'settle', requires: ['total'], provides: ['settled'], execute: async ({ total }: { total: number }) => ({ settled: total > 0 }) });
export const closing = linear.open('closing').add(settle).add(Audit).build();
export const step = (name: string) => defineTask({ name, execute: async () => {} });
`;

const HEAD = `import { graph, linear, times, use } from 'flowproof';
import { Audit, closing, settle, step } from '@mono/shared';
import { Check, Load, load } from './tasks.js';

`;

function tasksOf(index: number, mistakes: boolean): string {
  const wrong = mistakes && index === 1;
  return `import { defineTask, type Outcome, Task } from 'flowproof';

export class Row${index} {
  constructor(readonly id: string) {}
}
@Task({ name: 'load', requires: ['id'], provides: ['total', 'rows'] })
export class Load {
  async execute({ id }: { id: string }): Promise<{ total: number; rows: readonly ${wrong ? 'Row1' : '{ id: string }'}[] }> {${wrong ? ' //! NOT_STORABLE' : ''}
    return { total: id.length, rows: [{ id }] };
  }
  async revert({ id }: { id: string }, outcome: Outcome<Load>): Promise<void> {
    if (outcome.kind !== 'failure') await forget(id);
  }
}
@Task({ name: 'check', requires: ['total', 'rows'], provides: ['checked'] })
export class Check {
  async execute({ total, rows }: { total: number; rows: readonly { id: string }[] }) {
    ${wrong ? "forget('x'); //! FLOATING_PROMISE" : "await forget('x');"}
    return { checked: rows.length <= total };
  }
}
export const load = defineTask({ name: 'load', requires: ['id'], provides: ['total'], execute: async ({ id }: { id: string }) => ({ total: id.length }) });
async function forget(id: string): Promise<void> {
  console.log('forgotten', id, ${index});
}
`;
}

/** One flow; their kinds take turns. */
function flowOf(index: number, flow: number, mistakes: boolean): string {
  const name = `p${index}-f${flow}`;
  const wrong = mistakes && index === 2;
  switch (flow % 5) {
    case 0:
      return `export const f${flow} = linear('${name}').input<{ id: string }>().retry(times(${wrong && flow === 0 ? 1 : 3})).add(Load).add(Check).add(closing).build();${wrong && flow === 0 ? ' //! USELESS_RETRY' : ''}\n`;
    case 1:
      return `export const f${flow} = graph('${name}').input<{ id: string }>().add({ closing, load: Load, check: Check }).build();\n`;
    case 2:
      return `export const f${flow} = linear('${name}').input<{ id: string }>().add(load).add(${wrong && flow === 2 ? 'Check as never' : 'settle'}).add(Audit).build();${wrong && flow === 2 ? ' //! MISSING_VALUE' : ''}\n`;
    case 3:
      return `const steps${flow} = { a: step('a-${flow}'), b: step('b-${flow}'), c: step('c-${flow}') };
export const f${flow} = graph('${name}').input<{ id: string }>().add({ ...steps${flow}, load: use(load, { provides: { total: 'sum' } }) }).build();\n`;
    default:
      return `export const f${flow} = graph('${name}').input<{ id: string }>().add({ load, settle, Audit }).link('load', 'Audit')${wrong && flow === 4 ? ".link('settle', 'load') //! CYCLE\n" : ''}.build();
${wrong && flow === 9 ? `linear('${name}-dropped').add(step('x')); //! BUILDER_DROPPED\n` : ''}`;
  }
}
