import { type PresentFlow, presentFlow } from '../../compiler/manifest/index.js';
import { flowDefinitionOf } from '../../src/authoring/index.js';
import { bind, describe } from '../../src/compilation/index.js';
import type { AnyFlow } from '../../src/index.js';

/** A flow as the checker sees it, without its source. */
export function presentOf(flow: AnyFlow): PresentFlow {
  const definition = flowDefinitionOf(flow);
  if (definition === undefined) throw new Error('it is no flow');
  const { shape, origins } = describe(definition);
  const compiled = { shape, bound: bind(shape) };
  const nowhere = () => {
    throw new Error('it has no place');
  };
  return presentFlow({ name: definition.name, definition, compiled, origins, gaps: [], placeOf: nowhere }, false);
}
