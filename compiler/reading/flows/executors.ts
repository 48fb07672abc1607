import type { FlowDefinition } from '#authoring';
import { ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import { unwrapped, walk } from '../ground/syntax.js';
import type { Interpreter } from '../interpret/interpreter.js';
import { builtBy } from '../library/call-library.js';
import { callBehind } from './call-behind.js';
import { writtenIn } from './task-reading.js';

/** Where it is said that tasks of flows run in threads or processes. */
export interface PlacesReading {
  readonly kind: 'threads' | 'processes';
  /** Where an app or a run is given it. */
  readonly at: ts.Node;
  /** The call that makes it. */
  readonly call: ts.CallExpression;
  readonly flows: readonly FlowDefinition[];
  /** Whether it calls the tasks that name this executor, or none. */
  calls(runsOn: string | undefined): boolean;
}

const RUNNING = new Set(['flowproof', 'run', 'runOrThrow', 'testApp']);

/** The threads and processes in `flowproof({ flows, executor, executors })` and `run(flow, { executor })`, by whatever constants. */
export function placesIn(files: readonly ts.SourceFile[], interpreter: Interpreter): readonly PlacesReading[] {
  return files.flatMap((file) => {
    const found: PlacesReading[] = [];
    walk(file, (node) => {
      if (ts.isCallExpression(node)) found.push(...placesOf(node, interpreter));
    });
    return found;
  });
}

function placesOf(call: ts.CallExpression, interpreter: Interpreter): readonly PlacesReading[] {
  const name = interpreter.library.calledIn(call.expression);
  if (name === undefined || !RUNNING.has(name)) return [];
  const isApp = !name.startsWith('run');
  const given = call.arguments[isApp ? 0 : 1];
  const options = given && unwrapped(given);
  if (options === undefined || !ts.isObjectLiteralExpression(options)) return [];
  const flows = isApp ? writtenIn(options, 'flows') : call.arguments[0];
  if (flows === undefined) return [];
  const named = isApp ? namedIn(writtenIn(options, 'executors')) : new Map<string, ts.Expression>();
  const own = writtenIn(options, 'executor');
  // Without an app, a task is called by the one executor that there is, whatever it names.
  const choices = [
    ...(own === undefined ? [] : [{ at: own, calls: (runsOn: string | undefined) => !isApp || runsOn === undefined }]),
    ...[...named].map(([key, at]) => ({ at, calls: (runsOn: string | undefined) => runsOn === key })),
  ];
  return choices.flatMap(({ at, calls }) => {
    const made = callBehind(at, interpreter);
    const kind = made && interpreter.library.calledIn(made.expression);
    if (made === undefined || (kind !== 'threads' && kind !== 'processes')) return [];
    return [{ kind, at, call: made, calls, flows: flowsIn(flows, call, interpreter) }];
  });
}

function namedIn(executors: ts.Expression | undefined): ReadonlyMap<string, ts.Expression> {
  const named = new Map<string, ts.Expression>();
  if (executors === undefined || !ts.isObjectLiteralExpression(executors)) return named;
  for (const { name } of executors.properties) {
    const key = name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) ? name.text : undefined;
    const value = key === undefined ? undefined : writtenIn(executors, key);
    if (key !== undefined && value !== undefined) named.set(key, value);
  }
  return named;
}

function flowsIn(flows: ts.Expression, call: ts.CallExpression, interpreter: Interpreter): readonly FlowDefinition[] {
  const found = new Set<FlowDefinition>();
  interpreter.allPaths(call, () => {
    for (const flow of [interpreter.evaluate(flows, new Frame())].flat()) {
      const definition = builtBy(flow, interpreter);
      if (definition !== undefined) found.add(definition);
    }
  });
  return [...found];
}
