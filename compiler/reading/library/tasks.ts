import { defineTask, Retry, Task } from '#authoring';
import { ts } from '../../source/index.js';
import type { Gap } from '../ground/gaps.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { isObject } from '../ground/origins.js';
import { Unknown } from '../ground/unknown.js';
import { callLibrary } from './call-library.js';
import { known } from './known-options.js';
import { nameFor } from './made-up-names.js';

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
export function decorate(mark: ClassMark, target: object, interpreter: InterpreterState): void {
  if (!interpreter.realm.isOwn(target)) return;
  const gaps: Gap[] = [];
  if (mark.makes === 'task') {
    const node = interpreter.origins.of(target);
    const read = (method: string): ts.Type | undefined => {
      const symbol = node === undefined || !ts.isClassLike(node) ? undefined : interpreter.types.of(node).symbol;
      return symbol === undefined
        ? undefined
        : interpreter.types.property(interpreter.types.checker.getDeclaredTypeOfSymbol(symbol), method);
    };
    const options = withNames(mark.options, read('execute'), read('revert'), gaps, mark.at, interpreter);
    callLibrary(() => Reflect.apply(Task(options), undefined, [target]), mark.at, interpreter);
  } else {
    const options = known(mark.options, gaps, mark.at, interpreter);
    callLibrary(() => Reflect.apply(Reflect.apply(Retry, undefined, [options]), undefined, [target]), mark.at, interpreter);
  }
  interpreter.gaps.set(target, gaps);
}

/** What `defineTask(options)` gives. */
export function defined(options: unknown, at: ts.CallExpression, interpreter: InterpreterState): unknown {
  if (!interpreter.realm.isOwn(options)) return interpreter.unknown('the options of its task are known only at run time', at);
  const gaps: Gap[] = [];
  const type = interpreter.types.of(at.arguments[0] ?? at);
  const method = (name: string) => interpreter.types.property(type, name);
  const given = withNames(options, method('execute'), method('revert'), gaps, at, interpreter);
  const origin = interpreter.origins.of(options);
  if (origin !== undefined) interpreter.origins.set(given, origin);
  return interpreter.gaps.set(
    callLibrary(() => Reflect.apply(defineTask, undefined, [given]) as unknown, at, interpreter),
    gaps,
  );
}

function withNames(
  options: unknown,
  execute: ts.Type | undefined,
  revert: ts.Type | undefined,
  gaps: Gap[],
  at: ts.Node,
  interpreter: InterpreterState,
): Record<string, unknown> {
  const { types, origins, realm } = interpreter;
  const given: Record<string, unknown> = realm.isOwn(options) ? { ...options } : {};
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
    else if (value !== undefined) given[list] = namesIn(value).filter((name) => typeof name === 'string');
  }
  if (unknownOptions) gaps.push({ unknown: options, hidesNames: false });
  const { name } = given;
  if (name instanceof Unknown) {
    given.name = nameFor(name);
    gaps.push({ unknown: name, hidesNames: false, isName: true });
  }
  return known(realm.own(given), gaps, at, interpreter) as Record<string, unknown>;
}

function namesIn(list: unknown): readonly unknown[] {
  if (Array.isArray(list)) return list;
  return isObject(list) ? Object.keys(list) : [];
}
