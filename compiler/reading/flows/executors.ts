import { type FlowDefinition, taskDefinitionOf } from '#authoring';
import { type SourceProject, ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import { isObject } from '../ground/origins.js';
import { unwrapped, walk } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';
import type { Interpreter } from '../interpret/interpreter.js';
import { builtBy } from '../library/call-library.js';
import { writtenIn } from './task-reading.js';

/** A call that says where the tasks of flows run. */
export interface ExecutorReading {
  /** What the executor says that it is, such as `threads`. */
  readonly kind: string;
  /** Where it is said. */
  readonly at: ts.Node;
  readonly flows: readonly FlowDefinition[];
}

const RUNNING = new Set(['flowproof', 'run', 'runOrThrow']);

/** The executors in `flowproof({ flows, executor })` and `run(flow, { executor })`, as far as it is known of what kind they are. */
export function executorsIn(files: readonly ts.SourceFile[], interpreter: Interpreter): readonly ExecutorReading[] {
  const executors: ExecutorReading[] = [];
  for (const file of files) {
    walk(file, (node) => {
      const name = ts.isCallExpression(node) ? interpreter.library.calledIn(node.expression) : undefined;
      if (!ts.isCallExpression(node) || name === undefined || !RUNNING.has(name)) return;
      const options = node.arguments[name === 'flowproof' ? 0 : 1];
      const literal = options && unwrapped(options);
      if (literal === undefined || !ts.isObjectLiteralExpression(literal)) return;
      const executor = writtenIn(literal, 'executor');
      const flows = name === 'flowproof' ? writtenIn(literal, 'flows') : node.arguments[0];
      if (executor === undefined || flows === undefined) return;
      const read = () => {
        const kind = kindOf(interpreter.evaluate(executor, new Frame()), interpreter);
        if (kind === undefined) return;
        const definitions = [interpreter.evaluate(flows, new Frame())].flat().flatMap((flow) => builtBy(flow, interpreter) ?? []);
        executors.push({ kind, at: executor, flows: definitions });
      };
      interpreter.allPaths(node, read);
    });
  }
  return executors;
}

function kindOf(executor: unknown, { types }: Interpreter): string | undefined {
  if (!isObject(executor)) return undefined;
  const kind: unknown =
    executor instanceof Unknown ? literalKind(executor, types) : Object.getOwnPropertyDescriptor(executor, 'kind')?.value;
  return typeof kind === 'string' ? kind : undefined;
}

function literalKind({ type }: Unknown, types: Interpreter['types']): unknown {
  const kind = type === undefined ? undefined : types.property(type, 'kind');
  return kind && types.literal(kind)?.value;
}

/**
 * The code of the tasks that any source of the program exports, by whatever name: what can be found by a module and a name.
 * Of the program and not of the files that are judged, which may be a part of it.
 */
export function exportedTasks({ program, reaching }: SourceProject, interpreter: Interpreter): ReadonlySet<ts.Node> {
  const { checker } = interpreter.types;
  const found = new Set<ts.Node>();
  for (const file of reaching) {
    if (file.isDeclarationFile || program.isSourceFileFromExternalLibrary(file)) continue;
    const module = checker.getSymbolAtLocation(file);
    for (const symbol of module === undefined ? [] : checker.getExportsOfModule(module)) {
      const [declaration] = symbol.declarations ?? [];
      if (declaration === undefined || !(interpreter.library.resolve(symbol).flags & ts.SymbolFlags.Value)) continue;
      const at = ts.getNameOfDeclaration(declaration) ?? declaration;
      const read = () => {
        const task = taskDefinitionOf(interpreter.read(symbol, at, new Frame()));
        const code = task && interpreter.origins.of(task.code.target);
        if (code !== undefined) found.add(code);
      };
      interpreter.allPaths(at, read);
    }
  }
  return found;
}
