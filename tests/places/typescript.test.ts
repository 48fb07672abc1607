import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { flowproof, linear, memory, processes } from '../../src/index.js';
import { where } from '../fixtures/places/tasks.js';

/** With a version for everybody, however this test is run. */
const TSX = import.meta.resolve('tsx');
const SOURCE = fileURLToPath(new URL('../../src/index.ts', import.meta.url));
const KINDS = ['threads', 'processes'] as const;
/** A project of TypeScript sources, with flowproof installed. Nothing of it is built. */
const project = mkdtempSync(join(tmpdir(), 'flowproof-typescript-'));
const at = (path: string): string => join(project, path);

const WHERE = `{ name: 'where', provides: ['place'], execute: async (): Promise<{ place: string }> => ({ place: \`\${process.pid}/\${threadId}\` }) }`;
const TASKS = `import { threadId } from 'node:worker_threads';
import { defineTask, taskSet } from 'flowproof';

export const where = defineTask(${WHERE});
export default taskSet({ tasks: [where] });
`;
const DECORATED = `import { threadId } from 'node:worker_threads';
import { Task, taskSet } from 'flowproof';

enum Place { Here = 'here' }

@Task({ name: 'where', provides: ['place'] })
export class where {
  constructor(private readonly unused: Place = Place.Here) {}

  async execute(): Promise<{ place: string }> {
    return { place: \`\${process.pid}/\${threadId}\` };
  }
}
export default taskSet({ tasks: [where] });
`;
const APP = `import { flowproof, linear, memory, processes, threads } from 'flowproof';
import { where } from './tasks.js';

const flow = linear('flow').add(where).build();
for (const kind of process.argv.slice(2)) {
  const places = kind === 'threads' ? threads : processes;
  const executor = places<typeof import('./tasks.js')>(new URL('./tasks.js', import.meta.url), { size: 1 });
  const app = flowproof({ persistence: memory(), flows: [flow], executor });
  const { place } = await app.runOrThrow(flow);
  console.log(place === \`\${process.pid}/0\` ? 'here' : 'elsewhere');
  await app.stop();
}
`;
/** The app in JavaScript, which every Node.js reads; its task set is not. */
const PLAIN_APP = `import { defineTask, flowproof, linear, memory, processes, threads } from 'flowproof';

const where = defineTask({ name: 'where', provides: ['place'], execute: async () => ({ place: 'here' }) });
const flow = linear('flow').add(where).build();
const places = process.argv[2] === 'threads' ? threads : processes;
const executor = places(new URL('./tasks.ts', import.meta.url), { size: 1 });
await flowproof({ persistence: memory(), flows: [flow], executor }).ready();
`;

function written(path: string, text: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
}

/** What a program prints. */
async function printed(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, { cwd: project, env: { ...process.env, NODE_NO_WARNINGS: '1' } });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      said += data;
    });
  }
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}

beforeAll(async () => {
  written('package.json', '{ "type": "module" }');
  written('node_modules/flowproof/package.json', '{ "name": "flowproof", "type": "module", "exports": "./index.js" }');
  await build({ entryPoints: [SOURCE], outfile: at('node_modules/flowproof/index.js'), bundle: true, format: 'esm', platform: 'node' });
  for (const [folder, tasks] of Object.entries({ plain: TASKS, decorated: DECORATED })) {
    written(`${folder}/tasks.ts`, tasks);
    written(`${folder}/app.ts`, APP);
  }
  // Node strips types, and leaves names of modules as they are.
  written('plain/app.ts', APP.replace("from './tasks.js'", "from './tasks.ts'"));
  written('plain/main.js', PLAIN_APP);
  written('decorated/main.js', PLAIN_APP);
  // As tsc wants its imports: of what it will have built.
  written('unbuilt/tasks.ts', `import './words.js';\n${TASKS}`);
  written('unbuilt/words.ts', '');
  written('unbuilt/main.js', PLAIN_APP);
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('sources in TypeScript', { timeout: 60_000 }, () => {
  test.each(['plain', 'decorated'])('run under tsx, and so do their processes: %s', async (folder) => {
    expect(await printed('--import', TSX, at(`${folder}/app.ts`), 'processes')).toBe('elsewhere\n');
  });

  // Hooks of modules that one thread has set are not those of others.
  test('are refused by threads under tsx when the app opens, where Node.js can not read them itself', async () => {
    expect(await printed('--import', TSX, at('decorated/app.ts'), 'threads')).toContain("Node.js can't read this TypeScript there");
  });

  // 22.18 and later; `npm run test:node -- 22` is how an older one gets there.
  if ('typescript' in process.features && process.features.typescript) {
    test('run where Node.js strips types itself', async () => {
      expect(await printed(at('plain/app.ts'), ...KINDS)).toBe('elsewhere\nelsewhere\n');
    });

    test.each(['decorated', 'unbuilt'])('are refused when the app opens, where Node.js strips types, but not these: %s', async (folder) => {
      expect(await printed(at(`${folder}/main.js`), 'threads')).toContain("Node.js can't read this TypeScript there");
    });
  } else {
    test.each(KINDS)('are refused by %s when the app opens, where Node.js strips no types', async (kind) => {
      expect(await printed(at('plain/main.js'), kind)).toContain("Node.js can't read this TypeScript there");
    });
  }

  test('are bundled as two entries: the places need no other file of flowproof', async () => {
    await build({
      entryPoints: [at('decorated/app.ts'), at('decorated/tasks.ts')],
      ...{ outdir: at('bundle'), bundle: true, minify: true, keepNames: true, format: 'esm', platform: 'node', target: 'node20' },
    });
    rmSync(at('node_modules'), { recursive: true });
    expect(await printed(at('bundle/app.js'), ...KINDS)).toBe('elsewhere\nelsewhere\n');
  });
});

test('under Vitest, whose transforms are not in processes, these import a source with tsx', { timeout: 60_000 }, async () => {
  const url = new URL('../fixtures/places/tasks.ts', import.meta.url);
  const flow = linear('flow').add(where).build();
  const executor = processes(url, { size: 1, execArgv: ['--import', TSX] });
  await using app = flowproof({ persistence: memory(), flows: [flow], executor });
  expect((await app.runOrThrow(flow)).place).not.toMatch(new RegExp(`^${process.pid}/`));
});
