import type { ts } from '../source/index.js';
import type { Machine } from './machine.js';
import { FactoryReading } from './traces.js';
import { Unknown } from './unknown.js';

/** Stands for `factory`: what it builds, only a run's arguments say. */
export function makeFactory(): void {}

/** A flow of a factory: no more is known of it than its name. */
export class MadeFlow extends Unknown {
  constructor(
    readonly factory: string,
    at: ts.Node,
    type: ts.Type | undefined,
  ) {
    super(`factory '${factory}' makes it from its arguments`, at, type);
  }
}

/** What `factory(name, build)` gives. */
export function factoryOf([name]: readonly unknown[], at: ts.CallExpression, machine: Machine): unknown {
  const { realm, traces } = machine;
  traces.visit(at);
  if (typeof name !== 'string') return machine.unknown('the name of this factory is known only at run time', at);
  const factory = new FactoryReading(name, at);
  traces.addFactory(factory);
  return realm.hand(factory);
}
