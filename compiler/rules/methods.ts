import type { TaskReading } from '../reading/index.js';
import { ts } from '../source/index.js';

/** A method of a task that has a body. */
export interface Method {
  readonly name: 'execute' | 'revert';
  readonly task: TaskReading;
  readonly node: ts.SignatureDeclaration;
  readonly body: ts.Node;
}

/** The methods of a task that are written in source. */
export function methodsOf(task: TaskReading): readonly Method[] {
  return (['execute', 'revert'] as const).flatMap((name) => {
    const node = task[name];
    const body = node === undefined || !('body' in node) ? undefined : node.body;
    return node === undefined || body === undefined ? [] : [{ name, task, node, body }];
  });
}

/** Where a method is named; an arrow function has its place only. */
export function nameOf(node: ts.SignatureDeclaration): ts.Node {
  const { parent } = node;
  if (node.name !== undefined) return node.name;
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) return parent.name;
  return ts.isBinaryExpression(parent) ? parent.left : node;
}
