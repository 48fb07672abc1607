import { ts } from '../../source/index.js';
import { Frame } from '../ground/frame.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import type { AppReading, Listed } from '../ground/traces.js';
import { Unknown } from '../ground/unknown.js';
import { builtBy } from './call-library.js';
import { factoryNamed, MadeFlow } from './factories.js';

/** Stands for `flowproof`: no app is made here, but which flows it is given is worth knowing. */
export function makeApp(): void {}

/** What `flowproof(options)` gives. */
export function appOf([given]: readonly unknown[], at: ts.CallExpression, interpreter: InterpreterState): unknown {
  const options = byDefault(given, interpreter);
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

/** What a parameter of which nothing says what it is given has where it is given nothing. */
function byDefault(given: unknown, interpreter: InterpreterState): unknown {
  const parameter = given instanceof Unknown ? given.at.parent : undefined;
  if (parameter === undefined || !ts.isParameter(parameter) || parameter.initializer === undefined) return given;
  return (given as Unknown).at === parameter.name ? interpreter.evaluate(parameter.initializer, new Frame()) : given;
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
