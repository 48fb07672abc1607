import { type FlowDefinition, flowDefinitionOf } from '#authoring';
import type { ts } from '../../source/index.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { CannotKnow, Thrown } from '../ground/unknown.js';

/** Calls the library. What it makes the source may hold; what it refuses to take is unknown. */
export function callLibrary<Made>(call: () => Made, at: ts.Node, interpreter: InterpreterState): unknown {
  try {
    return interpreter.realm.hand(call());
  } catch (error) {
    if (error instanceof CannotKnow || error instanceof Thrown) throw error;
    return interpreter.unknown(`flowproof does not take it: ${error instanceof Error ? error.message : String(error)}`, at);
  }
}

/** The definition of a flow that the library has built, and of nothing that only looks like one. */
export function builtBy(flow: unknown, { realm }: InterpreterState): FlowDefinition | undefined {
  return realm.isHanded(flow) ? flowDefinitionOf(flow) : undefined;
}
