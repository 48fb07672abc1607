import type { FlowDefinition } from './definition.js';
import type { CompiledView } from './flow.js';

/** The definition inside a built flow, of this or another copy of the package; `undefined` for anything else. */
export function flowDefinitionOf(value: unknown): FlowDefinition | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const brand = (value as { '~flowproof'?: { kind?: unknown; definition?: FlowDefinition } })['~flowproof'];
  return brand?.kind === 'flow' ? brand.definition : undefined;
}

/** What a flow can do with its definition; authoring itself only describes. */
export interface FlowTools {
  readonly compile: (definition: FlowDefinition) => CompiledView;
  readonly toMermaid: (definition: FlowDefinition) => string;
  readonly toDot: (definition: FlowDefinition) => string;
}

/** The value behind the type `Flow`: its definition, a `compile()` that works once, and its pictures. */
export function flowValue(definition: FlowDefinition, tools: FlowTools) {
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
