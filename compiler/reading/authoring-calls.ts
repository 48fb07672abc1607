import * as authoring from '#authoring';
import { compile } from '#compilation';
import type { ts } from '../source/index.js';
import { type Gap, known } from './gaps.js';
import type { Machine } from './machine.js';
import { nameFor, nodeOf } from './opaque.js';
import { isObject } from './origins.js';
import { ClassMark, decorate, defined } from './tasks.js';
import { Unknown } from './unknown.js';

/** What flows are written with, by the names under which flowproof exports it. */
const { linear, unordered, graph } = authoring.builders(compile);
const EXPORTS: Readonly<Record<string, unknown>> = { ...authoring, linear, unordered, graph };

/** Functions that begin a flow → its pattern. */
const BEGINNINGS = new Map<unknown, string>(
  Object.entries({ linear, unordered, graph }).flatMap(([pattern, begin]) =>
    [begin, begin.open, begin.dynamic].map((one) => [one, pattern] as const),
  ),
);
const RETRIES = new Set<unknown>([
  authoring.times,
  authoring.forEach,
  authoring.forEachOf,
  authoring.alwaysRevert,
  authoring.alwaysRevertAll,
]);
const FUNCTIONS = new Set<unknown>([...BEGINNINGS.keys(), ...Object.values(EXPORTS).filter((one) => typeof one === 'function')]);

/** What flowproof exports under this name, if describing flows needs it. */
export function exported(name: string): unknown {
  return EXPORTS[name];
}

export function isExported(value: unknown): boolean {
  return FUNCTIONS.has(value);
}

/** Calls a function of flowproof: the real one, with what is known of the arguments. */
export function callExported(fn: object, args: readonly unknown[], at: ts.CallExpression, machine: Machine): unknown {
  if (fn === authoring.Task) return new ClassMark('task', args[0], at);
  if (fn === authoring.Retry) return new ClassMark('retry', args[0], at);
  if (fn === authoring.defineTask) return defined(args[0], at, machine);
  const pattern = BEGINNINGS.get(fn);
  if (pattern !== undefined) return begin(fn, pattern, args, at, machine);
  const gaps: Gap[] = [];
  const given = argumentsOf(fn, args, gaps, machine);
  if (given === undefined) {
    const unknown = args.find((arg) => arg instanceof Unknown) as Unknown;
    return machine.unknown(unknown.reason, at, unknown);
  }
  return machine.gaps.set(Reflect.apply(fn as () => unknown, undefined, given as []), gaps);
}

function argumentsOf(fn: object, args: readonly unknown[], gaps: Gap[], machine: Machine): readonly unknown[] | undefined {
  if (fn === authoring.use) {
    const node = nodeOf(args[0], machine);
    gaps.push(...machine.gaps.of(node));
    return [node, known(args[1], gaps)];
  }
  // How many values there are decides nothing before a run.
  if (fn === authoring.forEach) return args[0] instanceof Unknown ? undefined : [args[0], args[1] instanceof Unknown ? [null] : args[1]];
  if (RETRIES.has(fn)) return args.some((arg) => arg instanceof Unknown) ? undefined : args.map((arg) => known(arg, gaps));
  return args.map((arg) => known(arg, gaps));
}

function begin(fn: object, pattern: string, args: readonly unknown[], at: ts.CallExpression, machine: Machine): unknown {
  const gaps: Gap[] = [];
  const [name, options] = args;
  if (name instanceof Unknown) gaps.push({ unknown: name, hidesNames: false });
  const text = name instanceof Unknown ? nameFor(name) : name;
  const builder: unknown = Reflect.apply(fn as () => unknown, undefined, [text, known(options, gaps)] as unknown as []);
  if (isObject(builder)) machine.traces.follow(builder, { before: undefined, method: pattern, args, at, gaps });
  return builder;
}

/** `Task({ … })(CreateVolume)`. */
export function markClass(mark: ClassMark, target: unknown, machine: Machine): unknown {
  if (typeof target === 'function') decorate(mark, target, machine);
  return undefined;
}
