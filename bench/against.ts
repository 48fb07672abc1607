import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Bench, System, Work } from './harness.js';
import type { MeteredPostgres } from './meter.js';

/** Works of another checkout, until they are closed. */
export interface OtherWorks {
  readonly name: string;
  readonly works: readonly Work[];
  close(): void;
}

/** This program's own parts as they were compiled, from `build`. */
const PARTS = ['bench', 'scripts'];

/**
 * The works of this benchmark with the flowproof of another checkout. A package that is that checkout, but for the benchmark,
 * which is a copy of this one: both are measured by the same code, and the other need not have this benchmark. It has to be
 * built (`npm run build`), and needs its `node_modules`.
 *
 * @throws Error when it is not built
 */
export async function otherWorks(directory: string): Promise<OtherWorks> {
  const root = resolve(directory);
  for (const part of ['package.json', 'dist/index.js', 'node_modules']) {
    if (!existsSync(join(root, part))) throw new Error(`there is no ${join(root, part)}: say npm ci and npm run build there first`);
  }
  const build = fileURLToPath(new URL('../', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'flowproof-against-'));
  try {
    cpSync(join(root, 'package.json'), join(folder, 'package.json'));
    for (const part of ['dist', 'node_modules']) symlinkSync(join(root, part), join(folder, part), 'junction');
    mkdirSync(join(folder, 'build'));
    for (const part of PARTS) cpSync(join(build, part), join(folder, 'build', part), { recursive: true });
    const { WORKS } = (await import(pathToFileURL(join(folder, 'build/bench/work-list.js')).href)) as { readonly WORKS: readonly Work[] };
    return { name: basename(root), works: WORKS, close: () => rmSync(folder, { recursive: true, force: true }) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Systems of both, by turns; each of this checkout is compared with its namesake of the other one. What is raw is measured once. */
export function against(work: Work, { name, works }: Pick<OtherWorks, 'name' | 'works'>): Work {
  const other = works.find((one) => one.name === work.name);
  if (other === undefined) throw new Error(`${name} has no work '${work.name}'`);
  return {
    ...work,
    async open(bench) {
      const own = await work.open(bench);
      const others = await openOther(other, bench, own);
      const named = others.map((system) => renamed(system, `${system.name}@${name}`));
      const has = (namesake: string): boolean => named.some((system) => system.name === namesake);
      return [
        ...own.map((system) =>
          has(`${system.name}@${name}`) ? { ...renamed(system, system.name), against: `${system.name}@${name}` } : system,
        ),
        ...named,
      ];
    },
  };
}

/** @param own is closed when the others can't be opened: nobody measures it then */
async function openOther(work: Work, bench: Bench, own: readonly System[]): Promise<readonly System[]> {
  try {
    const { peers: _, ...alone } = bench;
    const all = await work.open({ ...alone, postgres: async (disk) => elsewhere(await bench.postgres(disk)) });
    for (const system of all) if (system.name === 'raw') await system.close?.();
    return all.filter((system) => system.name !== 'raw');
  } catch (error) {
    for (const system of own) await system.close?.();
    throw error;
  }
}

const DATABASE = 'against';

/** In a database of its own: two versions may have two schemas, and what one does is no statement of the other. */
async function elsewhere(server: MeteredPostgres): Promise<MeteredPostgres> {
  const url = await server.database(DATABASE);
  return { ...server, url, counted: (work) => server.counted(work, DATABASE) };
}

function renamed(system: System, name: string): System {
  const { remarks, close } = system;
  return {
    name,
    sample: () => system.sample(),
    ...(remarks === undefined ? {} : { remarks: () => remarks.call(system) }),
    ...(close === undefined ? {} : { close: () => close.call(system) }),
  };
}
