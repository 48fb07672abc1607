import 'reflect-metadata';
import type { TaskDefinition } from './definition.js';

/** Shared by all copies of the package in a process. */
const KEY = Symbol.for('flowproof.task');

interface MetadataStore {
  defineMetadata?(key: symbol, value: unknown, target: object): void;
  getOwnMetadata?(key: symbol, target: object): unknown;
}
const store: MetadataStore = Reflect;

/** Leaves a definition with its class: in reflect-metadata, or where that is absent in a property that nobody lists. */
export function leaveDefinition(target: object, definition: TaskDefinition): void {
  if (store.defineMetadata) store.defineMetadata(KEY, definition, target);
  else Object.defineProperty(target, KEY, { value: definition, configurable: true });
}

/**
 * The definition of a decorated class or of a defined task; `undefined` for anything else. A subclass has none unless
 * it is decorated itself: it may take and give other values.
 */
export function taskDefinitionOf(value: unknown): TaskDefinition | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const brand = Object.hasOwn(value, '~flowproof') ? (value as { '~flowproof': unknown })['~flowproof'] : undefined;
  if (isTaskBrand(brand)) return brand.definition;
  const own = Object.getOwnPropertyDescriptor(value, KEY)?.value;
  return (store.getOwnMetadata?.(KEY, value) ?? own) as TaskDefinition | undefined;
}

function isTaskBrand(brand: unknown): brand is { definition: TaskDefinition } {
  return typeof brand === 'object' && brand !== null && (brand as { kind?: unknown }).kind === 'task';
}
