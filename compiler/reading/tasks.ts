import { defineTask, Retry, Task } from '#authoring';
import { ts } from '../source/index.js';
import { type Gap, known } from './gaps.js';
import type { Machine } from './machine.js';
import { isObject } from './origins.js';
import { Unknown } from './unknown.js';

const LISTS = ['requires', 'provides', 'keeps', 'revertRequires'] as const;
type ListName = (typeof LISTS)[number];

/** What `Task(options)` and `Retry(options)` give: something to be called with a class. */
export class ClassMark {
  constructor(
    readonly makes: 'task' | 'retry',
    readonly options: unknown,
    readonly at: ts.CallExpression,
  ) {}
}

/** Makes a class a task or a retry; a task with the names that its decorator lists or, where these are unknown, its signatures. */
export function decorate(mark: ClassMark, target: object, machine: Machine): void {
  if (mark.makes === 'task') decorateTask(mark, target, machine);
  else {
    const gaps: Gap[] = [];
    Reflect.apply(Reflect.apply(Retry, undefined, [known(mark.options, gaps)]), undefined, [target]);
    machine.gaps.set(target, gaps);
  }
}

function decorateTask(mark: ClassMark, target: object, machine: Machine): void {
  const node = machine.origins.of(target);
  const read = (method: string): ts.Type | undefined => {
    const symbol = node === undefined || !ts.isClassLike(node) ? undefined : machine.types.checker.getTypeAtLocation(node).symbol;
    return symbol === undefined ? undefined : machine.types.property(machine.types.checker.getDeclaredTypeOfSymbol(symbol), method);
  };
  const gaps: Gap[] = [];
  const options = withNames(mark.options, read('execute'), read('revert'), gaps, machine);
  Reflect.apply(Task(options), undefined, [target]);
  machine.gaps.set(target, gaps);
}

/** What `defineTask(options)` gives. */
export function defined(options: unknown, at: ts.CallExpression, machine: Machine): unknown {
  if (!isObject(options) || options instanceof Unknown) return machine.unknown('the options of its task are known only at run time', at);
  const gaps: Gap[] = [];
  const type = machine.types.of(at.arguments[0] ?? at);
  const method = (name: string) => machine.types.property(type, name);
  const given = withNames(options, method('execute'), method('revert'), gaps, machine);
  const origin = machine.origins.of(options);
  if (origin !== undefined) machine.origins.set(given, origin);
  return machine.gaps.set(Reflect.apply(defineTask, undefined, [given]), gaps);
}

function withNames(
  options: unknown,
  execute: ts.Type | undefined,
  revert: ts.Type | undefined,
  gaps: Gap[],
  machine: Machine,
): Record<string, unknown> {
  const { types, origins } = machine;
  const given: Record<string, unknown> = isObject(options) && !(options instanceof Unknown) ? { ...options } : {};
  const result = types.ports(types.resultOf(execute)) ?? [];
  const needs = types.inputsOf(execute);
  const typed: Record<ListName, () => string[]> = {
    requires: () => needs.map(({ name, optional }) => (optional ? `${name}?` : name)),
    provides: () => result.map(({ name }) => name).filter((name) => !namesIn(given.keeps).includes(name)),
    keeps: () => [],
    revertRequires: () =>
      types
        .inputsOf(revert)
        .flatMap(({ name, optional }) => (needs.some((need) => need.name === name) ? [] : [optional ? `${name}?` : name])),
  };
  const unknownOptions = options instanceof Unknown;
  for (const list of LISTS) {
    const value = given[list];
    const unsure =
      value instanceof Unknown || origins.isOpen(value) || (Array.isArray(value) && value.some((name) => name instanceof Unknown));
    if (unsure || unknownOptions) given[list] = typed[list]();
  }
  if (unknownOptions) gaps.push({ unknown: options, hidesNames: false });
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, isSchemas(key) ? value : known(value, gaps)]));
}

/** Schemas are known only at run time, their names are not. */
function isSchemas(key: string): boolean {
  return LISTS.some((list) => list === key) || key === 'execute' || key === 'revert';
}

function namesIn(list: unknown): readonly unknown[] {
  if (Array.isArray(list)) return list;
  return isObject(list) ? Object.keys(list) : [];
}
