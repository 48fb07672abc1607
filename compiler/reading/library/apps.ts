import { ts } from '../../source/index.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import type { AppReading, Listed } from '../ground/traces.js';
import { builtBy } from './call-library.js';
import { factoryNamed, MadeFlow } from './factories.js';

/** Stands for `flowproof`: no app is made here, but which flows it is given is worth knowing. */
export function makeApp(): void {}

/** What `flowproof(options)` gives. */
export function appOf([options]: readonly unknown[], at: ts.CallExpression, interpreter: InterpreterState): unknown {
  const { realm, traces } = interpreter;
  const list: unknown = realm.isOwn(options) ? realm.find(options, 'flows')?.value : undefined;
  const place = placesIn(list, (realm.isOwn(options) && interpreter.origins.ofKey(options, 'flows')) || at, interpreter);
  const flows = realm.isOwn(list) && Array.isArray(list) ? (list as readonly unknown[]) : [];
  traces.open(
    at,
    flows.flatMap((flow, index): AppReading['flows'] => {
      const listed = listedAs(flow, interpreter);
      return listed === undefined ? [] : [{ ...listed, at: place(index) }];
    }),
  );
  return interpreter.unknown("'flowproof' does something only at run time", at);
}

function listedAs(one: unknown, interpreter: InterpreterState): Omit<Listed, 'at'> | undefined {
  const factory = factoryNamed(one, interpreter);
  if (factory !== undefined) return { name: factory };
  // An app that is given one flow of a factory goes on with the runs of all of them.
  if (one instanceof MadeFlow) return { name: one.factory };
  const definition = builtBy(one, interpreter);
  return definition && { name: definition.name, definition };
}

/** Where each flow stands in its list, or where the list stands. */
function placesIn(list: unknown, at: ts.Node, { origins }: InterpreterState): (index: number) => ts.Node {
  const written = origins.of(list);
  if (written === undefined || !ts.isArrayLiteralExpression(written)) return () => at;
  return written.elements.some(ts.isSpreadElement) ? () => written : (index) => written.elements[index] ?? written;
}
