import { factory, factoryDefinitionOf } from '#authoring';
import type { ts } from '../../source/index.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { Unknown } from '../ground/unknown.js';

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

/** What `factory(name, build)` gives: a real one, so that whoever meets it sees what it is; it is never called. */
export function factoryOf([name]: readonly unknown[], at: ts.CallExpression, interpreter: InterpreterState): unknown {
  const { realm, traces } = interpreter;
  traces.visit(at);
  if (typeof name !== 'string') return interpreter.unknown('the name of this factory is known only at run time', at);
  traces.addFactory({ name, at });
  return realm.hand(factory(name, unread as never));
}

/** The name of a factory that the source has made, and of nothing that only looks like one. */
export function factoryNamed(value: unknown, { realm }: InterpreterState): string | undefined {
  return realm.isHanded(value) ? factoryDefinitionOf(value)?.name : undefined;
}

function unread(): never {
  throw new Error('a factory of the source is not called here');
}
