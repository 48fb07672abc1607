import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const FILE = /<!-- file (\S+): [^\n]*-->\n```ts[^\n]*\n([\s\S]*?)```/g;

/** The files that a document shows, by their names. */
export function filesOf(document: string): Readonly<Record<string, string>> {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const files = Object.fromEntries([...text.matchAll(FILE)].map(([, name, code]) => [String(name), String(code)]));
  if (Object.keys(files).length === 0) throw new Error(`${document} shows no file`);
  return files;
}

/** All blocks of code of a document, in their order. */
export function blocksOf(document: string): readonly string[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => String(code));
}

/** Writes files into a folder, which need not be there. */
export async function write(folder: string, files: Readonly<Record<string, string | object>>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  }
  return folder;
}
