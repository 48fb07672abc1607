import { flowDefinitionOf } from '#authoring';
import type { ts } from '../../source/index.js';
import type { Gap } from '../ground/gaps.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { opened } from '../ground/namespaces.js';
import { isObject } from '../ground/origins.js';
import type { Trace } from '../ground/traces.js';
import { Unknown } from '../ground/unknown.js';
import { callLibrary } from './call-library.js';
import { known, placeholder } from './known-options.js';
import { nodeOf, retryOf } from './library-values.js';
import { schemaOf } from './schemas.js';

/** Calls a method of a builder: the library's own, with what is known of the arguments. */
export function callBuilder(
  owner: object,
  trace: Trace,
  method: string,
  args: readonly unknown[],
  at: ts.CallExpression,
  interpreter: InterpreterState,
): unknown {
  const own: unknown = Object.getOwnPropertyDescriptor(owner, method)?.value;
  if (typeof own !== 'function') return interpreter.unknown(`a flow that is being built has no '${method}'`, at);
  const gaps: Gap[] = [];
  const given = argumentsOf(trace, method, args, at, gaps, interpreter);
  if (interpreter.origins.isOpen(args)) gaps.push({ unknown: new Unknown('it is spread here', at, undefined), hidesNames: true });
  const result = given === undefined ? owner : callLibrary(() => Reflect.apply(own, owner, given) as unknown, at, interpreter);
  const next: Trace = { before: trace, method, args, at, gaps };
  if (method !== 'build') {
    // What is left out must not be lost: the builder stays the same, its history does not.
    const builder = given === undefined ? interpreter.realm.hand(Object.freeze({ ...owner })) : result;
    if (interpreter.realm.isHanded(builder)) interpreter.traces.follow(builder, next);
    return builder;
  }
  interpreter.traces.visit(at);
  const definition = flowDefinitionOf(result);
  if (definition !== undefined) interpreter.traces.finish(definition, next, at, interpreter.oracle.assumptions);
  return result;
}

/** What the library is given; `undefined`: nothing, the call is left out. */
function argumentsOf(
  trace: Trace,
  method: string,
  args: readonly unknown[],
  at: ts.CallExpression,
  gaps: Gap[],
  interpreter: InterpreterState,
): readonly unknown[] | undefined {
  const node = (value: unknown): unknown => {
    const used = nodeOf(value, at, interpreter);
    gaps.push(...interpreter.gaps.of(used));
    return used;
  };
  const nodes = (given: unknown): unknown => {
    const value = opened(given, at, interpreter);
    return value instanceof Unknown || interpreter.realm.isOwn(value) ? allNodes(value, node, gaps, at, interpreter) : value;
  };
  const options = (value: unknown): unknown => known(value, gaps, at, interpreter);
  const [first, second, third, fourth] = args;
  switch (method) {
    case 'add':
      if (patternOf(trace) === 'graph') return [nodes(first)];
      return second === undefined ? [node(first)] : [node(first), options(second)];
    case 'when':
      return [options(first), options(second), codeOf(third), node(fourth)];
    case 'switch':
      return [options(first), options(second), codeOf(third), nodes(fourth)];
    case 'input':
      return inputOf(first, at, gaps, interpreter);
    case 'retry': {
      const retry = first instanceof Unknown ? retryOf(first, interpreter) : isImitation(first, interpreter) ? options(first) : first;
      gaps.push(...interpreter.gaps.of(retry));
      return [retry];
    }
    default: {
      const before = gaps.length;
      const given = args.map(options);
      return gaps.length > before && (method === 'link' || method === 'returns' || method === 'target') ? undefined : given;
    }
  }
}

function allNodes(value: object, node: (value: unknown) => unknown, gaps: Gap[], at: ts.Node, interpreter: InterpreterState): unknown {
  if (!(value instanceof Unknown)) {
    if (interpreter.origins.isOpen(value)) {
      const unknown = new Unknown('it has more nodes, which are known only at run time', interpreter.origins.of(value) ?? at, undefined);
      gaps.push({ unknown, hidesNames: true });
    }
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, node(one)]));
  }
  const ports = interpreter.types.ports(value.type);
  gaps.push({ unknown: value, hidesNames: ports === undefined });
  const part = (name: string) => new Unknown(value.reason, value.at, value.type && interpreter.types.property(value.type, name));
  return Object.fromEntries((ports ?? []).map(({ name }) => [name, node(part(name))]));
}

/** The names that `.input<I>()` and `.input(schema)` tell to the compiler only. */
function inputOf(shape: unknown, at: ts.CallExpression, gaps: Gap[], interpreter: InterpreterState): readonly unknown[] {
  const { types } = interpreter;
  const [written] = at.typeArguments ?? [];
  if (written !== undefined) {
    const ports = types.ports(types.checker.getTypeFromTypeNode(written));
    return ports === undefined ? [] : [ports.map(({ name }) => name)];
  }
  if (Array.isArray(shape)) return [known(shape, gaps, at, interpreter)];
  const [argument] = at.arguments;
  if (argument === undefined) return [];
  const standard = types.property(types.of(argument), '~standard');
  const inside = standard === undefined ? undefined : types.property(standard, 'types');
  const part = (name: string) =>
    inside === undefined ? undefined : types.ports(types.property(types.checker.getNonNullableType(inside), name));
  const [input, output] = [part('input'), part('output')];
  const names = input === undefined || output === undefined ? undefined : new Set([...input, ...output].map(({ name }) => name));
  return [schemaOf(names)];
}

/** An object of the source with the mark of the library's own. */
function isImitation(value: unknown, { realm }: InterpreterState): boolean {
  return realm.isOwn(value) && Object.hasOwn(value, '~flowproof');
}

/** What decides is not called here: whether it is a function is all that matters. */
function codeOf(value: unknown): unknown {
  return value instanceof Unknown ? placeholder : isObject(value) && typeof value !== 'function' ? null : value;
}

/** `graph`, `linear` or `unordered`: how the flow was begun. */
function patternOf(trace: Trace): string {
  let first = trace;
  while (first.before !== undefined) first = first.before;
  return first.method;
}
