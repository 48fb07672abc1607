import { readFileSync } from 'node:fs';
import { walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import type { JavaScriptPlace } from './caller.js';

/** Finds the `.build()` of a source behind one in the JavaScript that was made of it. */
export type BuildFinder = (place: JavaScriptPlace, source: ts.SourceFile) => ts.CallExpression | undefined;

/**
 * By their order, which compilers keep, whatever else they do. It finds nothing where one of the files has more of them
 * than the other, which was made of something else then. Each file of JavaScript is parsed once.
 */
export function buildFinder(): BuildFinder {
  const known = new Map<string, readonly BuildCall[]>();
  return ({ file, line, column }, source) => {
    let built = known.get(file);
    if (built === undefined) {
      built = buildsIn(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS));
      known.set(file, built);
    }
    const written = buildsIn(source);
    if (built.length !== written.length) return undefined;
    return written[built.findIndex((one) => one.line === line && one.column === column)]?.call;
  };
}

interface BuildCall {
  readonly call: ts.CallExpression;
  /** Where its name is, as the stack says it: from 1. */
  readonly line: number;
  readonly column: number;
}

function buildsIn(file: ts.SourceFile): readonly BuildCall[] {
  const builds: BuildCall[] = [];
  walk(file, (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    const { name } = node.expression;
    if (name.text !== 'build') return;
    const { line, character } = file.getLineAndCharacterOfPosition(name.getStart(file));
    builds.push({ call: node, line: line + 1, column: character + 1 });
  });
  return builds;
}
