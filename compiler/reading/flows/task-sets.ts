import { taskDefinitionOf } from '#authoring';
import { describe } from '#compilation';
import { type SourceProject, ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import { isObject } from '../ground/origins.js';
import { unwrapped } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';
import type { Interpreter } from '../interpret/interpreter.js';
import { builtBy } from '../library/call-library.js';
import { isMadeUp } from '../library/made-up-names.js';
import { callBehind, written } from './call-behind.js';
import { writtenIn } from './task-reading.js';

/** What a module offers to threads and processes. */
export type TaskSetReading =
  | { readonly kind: 'none'; readonly at: ts.SourceFile }
  /** The names of all tasks that it lists. */
  | { readonly kind: 'set'; readonly at: ts.Node; readonly tasks: ReadonlySet<string> };

/** The task set of the module that `threads(module)` is given; nothing where it, or all that it lists, is not known. */
export function taskSetOf(call: ts.CallExpression, project: SourceProject, interpreter: Interpreter): TaskSetReading | undefined {
  const [module] = call.arguments;
  const specifier = module && specifierIn(module, interpreter);
  const file = specifier && sourceAt(specifier, project);
  const symbol = file && interpreter.types.checker.getSymbolAtLocation(file);
  if (file === undefined || symbol === undefined) return undefined;
  const exported = interpreter.types.checker.getExportsOfModule(symbol);
  const found = exported.find(({ name }) => name === 'default' || name === 'export=');
  if (found === undefined) return { kind: 'none', at: file };
  const made = madeBy(found, interpreter);
  const [options] = made?.arguments ?? [];
  if (made === undefined || interpreter.library.calledIn(made.expression) !== 'taskSet' || options === undefined) return undefined;
  const literal = unwrapped(options);
  const tasks = ts.isObjectLiteralExpression(literal) ? listedIn(literal, interpreter) : undefined;
  return tasks && { kind: 'set', at: made, tasks };
}

function madeBy(exported: ts.Symbol, interpreter: Interpreter): ts.CallExpression | undefined {
  const [declaration] = exported.declarations ?? [];
  if (declaration !== undefined && ts.isExportAssignment(declaration)) return callBehind(declaration.expression, interpreter);
  // `export { set as default }`
  const constant = interpreter.library.resolve(exported).valueDeclaration;
  const initializer = constant !== undefined && ts.isVariableDeclaration(constant) ? constant.initializer : undefined;
  return initializer && callBehind(initializer, interpreter);
}

/** `new URL('./tasks.js', import.meta.url)`, also its `href`; `require.resolve('./tasks')`; `import.meta.resolve('./tasks.js')`. */
function specifierIn(module: ts.Expression, interpreter: Interpreter): ts.StringLiteralLike | undefined {
  const at = written(module, interpreter);
  if (at === undefined) return undefined;
  if (ts.isPropertyAccessExpression(at)) return specifierIn(at.expression, interpreter);
  if (ts.isNewExpression(at)) {
    const [path, base] = at.arguments ?? [];
    const isHere = base !== undefined && base.getText() === 'import.meta.url' && at.expression.getText() === 'URL';
    return isHere && path !== undefined && ts.isStringLiteralLike(path) ? path : undefined;
  }
  if (!ts.isCallExpression(at) || !/^(require|import\.meta)\.resolve$/.test(at.expression.getText())) return undefined;
  const [path] = at.arguments;
  return path !== undefined && ts.isStringLiteralLike(path) ? path : undefined;
}

/** The source of what a place imports: `tasks.ts` of `tasks.js`. */
function sourceAt(specifier: ts.StringLiteralLike, { program }: SourceProject): ts.SourceFile | undefined {
  if (!/^\.{1,2}\//.test(specifier.text)) return undefined;
  const path = besides(specifier.getSourceFile().fileName, specifier.text);
  const names = [
    path,
    path.replace(/\.([cm]?)js$/, '.$1ts'),
    path.replace(/\.js$/, '.tsx'),
    `${path}.ts`,
    `${path}.js`,
    `${path}/index.ts`,
  ];
  for (const name of names) {
    const file = program.getSourceFile(name);
    if (file !== undefined && !file.isDeclarationFile) return file;
  }
  return undefined;
}

/** Names of sources have forward slashes on every system. */
function besides(file: string, relative: string): string {
  const folders = file.split('/').slice(0, -1);
  for (const part of relative.split('/')) {
    if (part === '..') folders.pop();
    else if (part !== '.') folders.push(part);
  }
  return folders.join('/');
}

function listedIn(options: ts.ObjectLiteralExpression, interpreter: Interpreter): ReadonlySet<string> | undefined {
  if (options.properties.some(ts.isSpreadAssignment)) return undefined;
  const listed = new Set<string>();
  let isKnown = true;
  for (const key of ['tasks', 'flows'] as const) {
    const list = writtenIn(options, key);
    if (list === undefined) continue;
    const all = interpreter.allPaths(list, () => {
      const given = interpreter.evaluate(list, new Frame());
      if (!Array.isArray(given) || interpreter.origins.isOpen(given)) isKnown = false;
      else for (const one of given) isKnown &&= addNames(one, listed, interpreter);
    });
    isKnown &&= all;
  }
  return isKnown ? listed : undefined;
}

/** @returns false where what it stands for is not known */
function addNames(given: unknown, listed: Set<string>, interpreter: Interpreter): boolean {
  const flow = builtBy(given, interpreter);
  if (given instanceof Unknown || (isObject(given) && interpreter.origins.isOpen(given))) return false;
  const found = flow === undefined ? [taskDefinitionOf(given)] : describe(flow).origins;
  for (const origin of found) {
    if (origin?.kind !== 'task') continue;
    if (isMadeUp(origin.name)) return false;
    listed.add(origin.name);
  }
  return true;
}
