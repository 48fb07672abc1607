import type { FlowDefinition } from '../../authoring/index.js';
import { dot } from './dot.js';
import { drawingOf } from './drawing.js';
import { mermaid } from './mermaid.js';

/** A flow for Mermaid. Flows are boxes; solid arrows carry values, dotted ones only order; deciders are questions on them. */
export function toMermaid(definition: FlowDefinition): string {
  return mermaid(drawingOf(definition));
}

/** The same for Graphviz, in DOT. */
export function toDot(definition: FlowDefinition): string {
  return dot(drawingOf(definition));
}
