import { ts } from '../source/index.js';
import { Frame } from './frame.js';
import type { Machine } from './machine.js';
import { short } from './syntax.js';
import { bind } from './variables.js';

/** Makes the value of a function: calling it reads its body with these arguments. */
export function functionOf(node: ts.SignatureDeclaration, frame: Frame, machine: Machine): (...args: unknown[]) => unknown {
  const call = function (this: unknown, ...args: unknown[]): unknown {
    const around = ts.isArrowFunction(node) ? frame : new Frame(frame, { value: this });
    return machine.enter(node, () => callFunction(node, around, args, machine));
  };
  const optional = node.parameters.findIndex(
    ({ initializer, dotDotDotToken }) => initializer !== undefined || dotDotDotToken !== undefined,
  );
  Object.defineProperty(call, 'length', { value: optional < 0 ? node.parameters.length : optional });
  Object.defineProperty(call, 'name', { value: node.name === undefined ? '' : node.name.getText() });
  return machine.origins.set(machine.realm.own(call), node);
}

function callFunction(node: ts.SignatureDeclaration, around: Frame, args: readonly unknown[], machine: Machine): unknown {
  machine.spend(node);
  const body = 'body' in node ? node.body : undefined;
  if (body === undefined || isGenerator(node)) return machine.unknown(`the result of '${nameOf(node)}' is known only at run time`, node);
  const frame = new Frame(around);
  for (const [index, parameter] of node.parameters.entries()) {
    const given = parameter.dotDotDotToken === undefined ? args[index] : machine.realm.own(args.slice(index));
    const value = given === undefined && parameter.initializer !== undefined ? machine.evaluate(parameter.initializer, frame) : given;
    bind(parameter.name, value, frame, machine);
  }
  if (!ts.isBlock(body)) return machine.evaluate(body, frame);
  const ended = machine.execute(body.statements, frame);
  return ended?.kind === 'return' ? ended.value : undefined;
}

function isGenerator(node: ts.SignatureDeclaration): boolean {
  return 'asteriskToken' in node && node.asteriskToken !== undefined;
}

function nameOf(node: ts.SignatureDeclaration): string {
  return node.name === undefined ? 'a function' : short(node.name);
}
