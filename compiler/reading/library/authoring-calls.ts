import * as authoring from '#authoring';
import { compile } from '#compilation';
import type { ts } from '../../source/index.js';
import type { Gap } from '../ground/gaps.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { isObject } from '../ground/origins.js';
import { Unknown } from '../ground/unknown.js';
import { appOf, makeApp } from './apps.js';
import { callLibrary } from './call-library.js';
import { factoryOf, makeFactory } from './factories.js';
import { known } from './known-options.js';
import { nodeOf } from './library-values.js';
import { nameFor } from './made-up-names.js';
import { ClassMark, decorate, defined } from './tasks.js';
import { WAITS, waitNode } from './waits.js';

/** What flows are written with, by the names under which flowproof exports it. Nothing else of it is called for the source. */
const { linear, unordered, graph } = authoring.builders(compile);
const { alwaysRevert, alwaysRevertAll, defineRetry, defineTask, forEach, forEachOf } = authoring;
const { mapTask, reduceTask, Retry, sleep, sleepUntil, Task, times, use, waitFor } = authoring;
const EXPORTS: ReadonlyMap<string, object> = new Map<string, object>(
  Object.entries({
    ...{ linear, unordered, graph, Task, defineTask, mapTask, reduceTask, sleep, sleepUntil, use, waitFor },
    ...{ Retry, defineRetry, times, forEach, forEachOf, alwaysRevert, alwaysRevertAll },
    ...{ flowproof: makeApp, factory: makeFactory },
  }),
);

/** Functions that begin a flow → its pattern. */
const BEGINNINGS = new Map<unknown, string>(
  Object.entries({ linear, unordered, graph }).flatMap(([pattern, begin]) =>
    [begin, begin.open, begin.dynamic].map((one) => [one, pattern] as const),
  ),
);
const RETRIES = new Set<unknown>([times, forEach, forEachOf, alwaysRevert, alwaysRevertAll]);
const FUNCTIONS = new Set<unknown>([...BEGINNINGS.keys(), ...EXPORTS.values()]);

/** What flowproof exports under this name, if describing flows needs it. */
export function exported(name: string, { realm }: InterpreterState): unknown {
  const found = EXPORTS.get(name);
  if (found !== undefined && BEGINNINGS.has(found)) for (const one of Object.values(found)) realm.hand(one);
  return realm.hand(found);
}

export function isExported(value: unknown): boolean {
  return FUNCTIONS.has(value);
}

/** Calls a function of flowproof: the real one, with what is known of the arguments. */
export function callExported(fn: object, args: readonly unknown[], at: ts.CallExpression, interpreter: InterpreterState): unknown {
  if (fn === Task) return interpreter.realm.hand(new ClassMark('task', args[0], at));
  if (fn === Retry) return interpreter.realm.hand(new ClassMark('retry', args[0], at));
  if (fn === makeApp) return appOf(args, at, interpreter);
  if (fn === makeFactory) return factoryOf(args, at, interpreter);
  if (fn === defineTask) return defined(args[0], at, interpreter);
  if (WAITS.has(fn)) return waitNode(fn, args, at, interpreter);
  const pattern = BEGINNINGS.get(fn);
  if (pattern !== undefined) return begin(fn, pattern, args, at, interpreter);
  const gaps: Gap[] = [];
  const given = argumentsOf(fn, args, gaps, at, interpreter);
  if (given === undefined) {
    const unknown = args.find((arg) => arg instanceof Unknown) as Unknown;
    return interpreter.unknown(unknown.reason, at, unknown);
  }
  return interpreter.gaps.set(
    callLibrary(() => Reflect.apply(fn as () => unknown, undefined, given as []), at, interpreter),
    gaps,
  );
}

function argumentsOf(
  fn: object,
  args: readonly unknown[],
  gaps: Gap[],
  at: ts.CallExpression,
  interpreter: InterpreterState,
): readonly unknown[] | undefined {
  if (fn === use) {
    const node = nodeOf(args[0], at.arguments[0] ?? at, interpreter);
    gaps.push(...interpreter.gaps.of(node));
    return [node, known(args[1], gaps, at, interpreter)];
  }
  // How many values there are decides nothing before a run.
  const [first, second] = args;
  if (fn === forEach)
    return first instanceof Unknown ? undefined : [known(first, gaps, at, interpreter), known(second, [], at, interpreter) ?? [null]];
  if (RETRIES.has(fn) && args.some((arg) => arg instanceof Unknown)) return undefined;
  return args.map((arg) => known(arg, gaps, at, interpreter));
}

function begin(fn: object, pattern: string, args: readonly unknown[], at: ts.CallExpression, interpreter: InterpreterState): unknown {
  const gaps: Gap[] = [];
  const [name, options] = args;
  if (name instanceof Unknown) gaps.push({ unknown: name, hidesNames: false, isName: true });
  const text = name instanceof Unknown ? nameFor(name) : known(name, gaps, at, interpreter);
  const given = [text, known(options, gaps, at, interpreter)];
  const builder = callLibrary(() => Reflect.apply(fn as () => unknown, undefined, given as unknown as []), at, interpreter);
  if (interpreter.realm.isHanded(builder)) interpreter.traces.follow(builder, { before: undefined, method: pattern, args, at, gaps });
  return builder;
}

/** `Task({ … })(CreateVolume)`. */
export function markClass(mark: ClassMark, target: unknown, interpreter: InterpreterState): unknown {
  if (isObject(target)) decorate(mark, target, interpreter);
  return undefined;
}
