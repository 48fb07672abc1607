import { ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { parametersOf, short } from '../ground/syntax.js';
import { Unknown } from '../ground/unknown.js';
import { forget } from './forget.js';
import { bind } from './patterns.js';

/** Makes the value of a function: calling it reads its body with these arguments. */
export function functionOf(node: ts.SignatureDeclaration, frame: Frame, interpreter: InterpreterState): (...args: unknown[]) => unknown {
  const call = function (this: unknown, ...args: unknown[]): unknown {
    const around = ts.isArrowFunction(node) ? frame : new Frame(frame, { value: this });
    const endless = () => {
      forget(node, `it changes in '${nameOf(node)}', which calls itself nobody knows how often`, around, interpreter);
      return interpreter.unknown(`'${nameOf(node)}' calls itself nobody knows how often`, node);
    };
    return interpreter.enter(node, () => callFunction(node, around, args, interpreter), endless);
  };
  const parameters = parametersOf(node);
  const optional = parameters.findIndex(({ initializer, dotDotDotToken }) => initializer !== undefined || dotDotDotToken !== undefined);
  Object.defineProperty(call, 'length', { value: optional < 0 ? parameters.length : optional });
  Object.defineProperty(call, 'name', { value: node.name === undefined ? '' : node.name.getText() });
  return interpreter.origins.set(interpreter.realm.own(call), node);
}

function callFunction(node: ts.SignatureDeclaration, around: Frame, args: readonly unknown[], interpreter: InterpreterState): unknown {
  interpreter.spend(node);
  const body = 'body' in node ? node.body : undefined;
  if (body !== undefined && isGenerator(node)) forget(body, 'it changes in a generator', around, interpreter);
  if (body === undefined || isGenerator(node))
    return interpreter.unknown(`the result of '${nameOf(node)}' is known only at run time`, node);
  const frame = new Frame(around, undefined, true);
  for (const [index, parameter] of parametersOf(node).entries()) {
    const given = argumentOf(parameter, index, args, interpreter);
    const value = given === undefined && parameter.initializer !== undefined ? interpreter.evaluate(parameter.initializer, frame) : given;
    bind(parameter.name, value, frame, interpreter);
  }
  if (!ts.isBlock(body)) return interpreter.evaluate(body, frame);
  const ended = interpreter.execute(body.statements, frame);
  return ended?.kind === 'return' ? ended.value : undefined;
}

/** What a parameter is given. */
export function argumentOf(
  parameter: ts.ParameterDeclaration,
  index: number,
  args: readonly unknown[],
  interpreter: InterpreterState,
): unknown {
  const given = args[index];
  // How many arguments there are is unknown where no call is read.
  const isUncalled = given instanceof Unknown && given.at === parameter.name;
  return parameter.dotDotDotToken === undefined || isUncalled ? given : interpreter.realm.own(args.slice(index));
}

function isGenerator(node: ts.SignatureDeclaration): boolean {
  return 'asteriskToken' in node && node.asteriskToken !== undefined;
}

function nameOf(node: ts.SignatureDeclaration): string {
  return node.name === undefined ? 'a function' : short(node.name);
}
