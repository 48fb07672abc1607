import { ownBrandOf } from './brand.js';
import { leave, leftWith } from './class-metadata.js';
import type { TaskDefinition } from './definition.js';

/** Shared by all copies of the package in a process. */
const KEY = Symbol.for('flowproof.task');

/** Leaves a definition with its class. */
export function leaveDefinition(target: object, definition: TaskDefinition): void {
  leave(KEY, target, definition);
}

/**
 * The definition of a decorated class or of a defined task; `undefined` for anything else. A subclass has none unless
 * it is decorated itself: it may take and give other values.
 */
export function taskDefinitionOf(value: unknown): TaskDefinition | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const brand = ownBrandOf(value);
  return (brand?.kind === 'task' ? brand.definition : leftWith(KEY, value)) as TaskDefinition | undefined;
}
