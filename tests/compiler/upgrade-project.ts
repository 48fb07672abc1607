import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
export const folder = mkdtempSync(join(tmpdir(), 'flowproof-upgrade-'));
export const FLOWS = (tasks: string, version = 1) => `import { defineTask, linear } from 'flowproof';
const a = defineTask({ name: 'a', version: ${version}, execute: async () => {}, revert: async () => {} });
const b = defineTask({ name: 'b', execute: async () => {} });
export const f = linear('f')${tasks}.build();
`;

export function writeProject(text: string): string {
  const compilerOptions = {
    ...{ target: 'es2022', lib: ['es2022', 'esnext.disposable'], module: 'nodenext', strict: true, skipLibCheck: true },
    ...{ types: ['node'], typeRoots: [join(ROOT, 'node_modules/@types')], paths: { flowproof: [join(ROOT, 'src/index.ts')] } },
  };
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  writeFileSync(join(folder, 'flows.ts'), text);
  return join(folder, 'tsconfig.json');
}
