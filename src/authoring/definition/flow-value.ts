import { brandOf } from './brand.js';
import type { FlowDefinition } from './definition.js';
import type { CompiledView } from './flow.js';

/** The definition inside a built flow, of this or another copy of the package; `undefined` for anything else. */
export function flowDefinitionOf(value: unknown): FlowDefinition | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const brand = brandOf(value);
  return brand?.kind === 'flow' ? (brand.definition as FlowDefinition | undefined) : undefined;
}

/** What a flow can do with its definition; authoring itself only describes. */
export interface FlowTools {
  readonly compile: (definition: FlowDefinition) => CompiledView;
  readonly toMermaid: (definition: FlowDefinition) => string;
  readonly toDot: (definition: FlowDefinition) => string;
}

/** Who loads modules to see what flows they build, as `flowproof check --load` does in a process of its own, leaves a function here. */
const BUILT = Symbol.for('flowproof.built');

/** The value behind the type `Flow`: its definition, a `compile()` that works once, and its pictures. */
export function flowValue(definition: FlowDefinition, tools: FlowTools) {
  (globalThis as { [BUILT]?: (definition: FlowDefinition) => void })[BUILT]?.(definition);
  let compiled: CompiledView | undefined;
  return Object.freeze({
    name: definition.name,
    version: definition.version,
    '~flowproof': Object.freeze({ kind: 'flow' as const, definition }),
    compile(): CompiledView {
      compiled ??= tools.compile(definition);
      return compiled;
    },
    toMermaid: () => tools.toMermaid(definition),
    toDot: () => tools.toDot(definition),
  });
}
