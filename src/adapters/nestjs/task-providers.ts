import { Scope } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { type FlowDefinition, flowDefinitionOf, type TaskClass } from '../../authoring/index.js';
import { FlowDefinitionError } from '../../model/errors.js';

/** What `@Injectable()` leaves at a class. */
const INJECTABLE = '__injectable__';

/**
 * The instance of a class of a task or retry: Nest's own, or one for this call where the provider is transient or of requests. A plain class
 * without parameters needs no provider.
 *
 * @throws TypeError when it can't be made
 */
export function instanceIn(container: ModuleRef, task: TaskClass): object | Promise<object> {
  const scope = scopeOf(container, task);
  if (scope === Scope.DEFAULT) return container.get<object>(task, { strict: false });
  if (scope !== undefined) return container.resolve<object>(task, undefined, { strict: false });
  if (needsProvider(task)) throw new TypeError(missing(task));
  return new task();
}

/**
 * Looks for the classes of flows that Nest does not know, before anything runs.
 *
 * @throws FlowDefinitionError `FLOW_DEFINITION` with the tasks of the first flow that has some
 */
export function demandProviders(container: ModuleRef, flows: readonly unknown[]): void {
  for (const flow of flows) {
    // Of a factory the flows are known when it is called.
    const definition = flowDefinitionOf(flow);
    if (definition === undefined) continue;
    const findings = classesIn(definition, definition.name).flatMap(({ path, task }) =>
      scopeOf(container, task) === undefined && needsProvider(task)
        ? [{ code: 'NEEDS_RESOLVE' as const, severity: 'error' as const, path, message: missing(task) }]
        : [],
    );
    if (findings.length > 0) throw new FlowDefinitionError(definition.name, findings);
  }
}

/** Of the provider; nothing where there is none. */
function scopeOf(container: ModuleRef, task: TaskClass): Scope | undefined {
  try {
    return container.introspect(task).scope;
  } catch {
    return undefined;
  }
}

/** What is injected into properties shows in no parameter. */
function needsProvider(task: TaskClass): boolean {
  return task.length > 0 || Reflect.hasMetadata(INJECTABLE, task);
}

function missing({ name }: TaskClass): string {
  return `Nest has no provider for the class ${name}: add it to the providers of a module`;
}

function classesIn({ nodes, retry }: FlowDefinition, path: string): readonly { readonly path: string; readonly task: TaskClass }[] {
  const own = retry !== undefined && 'code' in retry && retry.code.kind === 'class' ? [{ path, task: retry.code.target as TaskClass }] : [];
  const inner = nodes.flatMap(({ node, placement }) => {
    const inside = `${path}/${placement.name ?? node.name}`;
    if (node.kind === 'flow') return classesIn(node, inside);
    // Another executor has a `resolve` of its own.
    if (node.kind !== 'task' || node.code.kind !== 'class' || (placement.tuning ?? node.tuning)?.runsOn !== undefined) return [];
    return [{ path: inside, task: node.code.target as TaskClass }];
  });
  return [...own, ...inner];
}
