import type { FlowDefinition } from './definition.js';
import type { CompiledView } from './flow.js';

/** The definition inside a built flow, of this or another copy of the package; `undefined` for anything else. */
export function flowDefinitionOf(value: unknown): FlowDefinition | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const brand = (value as { '~flowproof'?: { kind?: unknown; definition?: FlowDefinition } })['~flowproof'];
  return brand?.kind === 'flow' ? brand.definition : undefined;
}

/** The value behind the type `Flow`: its definition, and a `compile()` that works once. */
export function flowValue<Compiled extends CompiledView>(definition: FlowDefinition, compile: (definition: FlowDefinition) => Compiled) {
  let compiled: Compiled | undefined;
  return Object.freeze({
    name: definition.name,
    version: definition.version,
    '~flowproof': Object.freeze({ kind: 'flow' as const, definition }),
    compile(): Compiled {
      compiled ??= compile(definition);
      return compiled;
    },
  });
}
