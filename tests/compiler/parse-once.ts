/**
 * Lets all projects that a test file opens share what they have parsed of TypeScript's libraries, of packages and of the sources of
 * the library: some 500 files, and most of what opening costs. To be imported by tests that open many projects and write none of
 * those files. The compiler shares files in the same way between the projects of an editor.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { ts } from '../../compiler/source/index.js';

interface Registry {
  createOrUpdateSourceFile(
    this: Registry,
    name: string,
    options: ts.CompilerOptions,
    snapshot: ts.IScriptSnapshot,
    kind?: ts.ScriptKind,
  ): ts.SourceFile;
}

const require = createRequire(createRequire(import.meta.url).resolve('ts-morph'));
const { DocumentRegistry } = require('@ts-morph/common') as { DocumentRegistry: { prototype: Registry } };
const { prototype } = DocumentRegistry;
const parse = prototype.createOrUpdateSourceFile;

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url)).replaceAll('\\', '/');
const isShared = (name: string): boolean => name.includes('/node_modules/') || name.startsWith(SOURCES);
/** What changes how a file is parsed and bound. */
const keyOf = (name: string, { target, module, moduleDetection, jsx, strict, alwaysStrict }: ts.CompilerOptions, kind?: ts.ScriptKind) =>
  JSON.stringify([name, kind, target, module, moduleDetection, jsx, strict, alwaysStrict]);

const parsed = new Map<string, ts.SourceFile>();

prototype.createOrUpdateSourceFile = function (name, options, snapshot, kind) {
  if (!isShared(name)) return parse.call(this, name, options, snapshot, kind);
  const key = keyOf(name, options, kind);
  const before = parsed.get(key);
  if (before?.text === snapshot.getText(0, snapshot.getLength())) return before;
  const file = parse.call(this, name, options, snapshot, kind);
  parsed.set(key, file);
  return file;
};
