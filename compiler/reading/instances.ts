import { ts } from '../source/index.js';
import { Frame } from './frame.js';
import { arrayOf, keyOf } from './literals.js';
import type { Machine } from './machine.js';
import { isObject } from './origins.js';
import { isStatic, short } from './syntax.js';
import { Unknown } from './unknown.js';
import { bind } from './variables.js';

/** `new X(…)`: collections of JavaScript, and objects of the source's own classes. */
export function made(node: ts.NewExpression, frame: Frame, machine: Machine): unknown {
  const args = arrayOf(node.arguments ?? [], frame, machine);
  const symbol = machine.types.checker.getSymbolAtLocation(node.expression);
  const outside = symbol?.declarations?.every((one) => one.getSourceFile().isDeclarationFile) === true;
  if (outside) return collection(symbol?.name ?? '', args) ?? unknown();
  const target = machine.evaluate(node.expression, frame);
  const written = machine.origins.of(target);
  if (typeof target !== 'function' || written === undefined || !ts.isClassLike(written)) return unknown();
  const instance: object = Object.create(target.prototype as object);
  for (const one of classesOf(target, machine)) initialize(one, instance, one === written ? args : [], frame, machine);
  return instance;

  function unknown(): unknown {
    return machine.unknown(`an instance of '${short(node.expression)}' is known only at run time`, node);
  }
}

function collection(name: string, [content, ...more]: readonly unknown[]): unknown {
  if (content instanceof Unknown || more.length > 0 || !(content === undefined || isObject(content))) return undefined;
  if (name === 'Map') return new Map((content ?? []) as Iterable<[unknown, unknown]>);
  return name === 'Set' ? new Set((content ?? []) as Iterable<unknown>) : undefined;
}

/** A class and those that it extends, the outermost base first. */
function classesOf(target: unknown, machine: Machine): readonly ts.ClassLikeDeclaration[] {
  const classes: ts.ClassLikeDeclaration[] = [];
  for (let at: unknown = target; typeof at === 'function'; at = Object.getPrototypeOf(at)) {
    const written = machine.origins.of(at);
    if (written !== undefined && ts.isClassLike(written)) classes.unshift(written);
  }
  return classes;
}

function initialize(node: ts.ClassLikeDeclaration, instance: object, args: readonly unknown[], around: Frame, machine: Machine): void {
  const frame = new Frame(around, { value: instance });
  const set = (key: string, value: unknown) =>
    Object.defineProperty(instance, key, { value, writable: true, enumerable: true, configurable: true });
  for (const member of node.members) {
    if (!ts.isPropertyDeclaration(member) || isStatic(member)) continue;
    const key = keyOf(member.name, frame, machine);
    if (key !== undefined) set(key, member.initializer === undefined ? undefined : machine.evaluate(member.initializer, frame));
  }
  const written = node.members.find(
    (member): member is ts.ConstructorDeclaration => ts.isConstructorDeclaration(member) && member.body !== undefined,
  );
  if (written === undefined) return;
  for (const [index, parameter] of written.parameters.entries()) {
    const given = parameter.dotDotDotToken === undefined ? args[index] : args.slice(index);
    const value = given === undefined && parameter.initializer !== undefined ? machine.evaluate(parameter.initializer, frame) : given;
    bind(parameter.name, value, frame, machine);
    if (ts.isParameterPropertyDeclaration(parameter, written) && ts.isIdentifier(parameter.name)) set(parameter.name.text, value);
  }
  machine.execute(written.body?.statements ?? [], frame);
}
