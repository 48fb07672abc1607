import { readFileSync } from 'node:fs';
import { walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import type { JavaScriptPlace } from './caller.js';

/**
 * The `.build()` of a source behind one in the JavaScript that was made of it: whatever a compiler does, it keeps their
 * order. `undefined` where one of them has more than the other, which was made of something else then.
 */
export function buildBehind({ file, line, column }: JavaScriptPlace, source: ts.SourceFile): ts.CallExpression | undefined {
  const text = readFileSync(file, 'utf8');
  const javascript = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const [built, written] = [buildsIn(javascript), buildsIn(source)];
  if (built.length !== written.length) return undefined;
  const index = built.findIndex(({ name }) => {
    const at = javascript.getLineAndCharacterOfPosition(name.getStart(javascript));
    return at.line + 1 === line && at.character + 1 === column;
  });
  return written[index]?.call;
}

interface BuildCall {
  readonly call: ts.CallExpression;
  readonly name: ts.Node;
}

function buildsIn(file: ts.SourceFile): readonly BuildCall[] {
  const builds: BuildCall[] = [];
  walk(file, (node) => {
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return;
    const { name } = node.expression;
    if (name.text === 'build') builds.push({ call: node, name });
  });
  return builds;
}
