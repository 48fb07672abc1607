import type { FlowDefinition } from '../authoring/index.js';
import { type Drawing, drawingOf } from './drawing.js';

/** A flow for Mermaid. Flows are boxes; solid arrows carry values, dotted ones only order; deciders are questions on them. */
export function toMermaid(definition: FlowDefinition): string {
  const lines = ['flowchart TD'];
  const draw = (item: Drawing, indent: string): void => {
    switch (item.kind) {
      case 'flow':
        lines.push(`${indent}subgraph ${item.id}["${mermaidText(item.label)}"]`);
        for (const inner of item.content) draw(inner, `${indent}  `);
        lines.push(`${indent}end`);
        return;
      case 'task':
        lines.push(`${indent}${item.id}["${mermaidText(item.label)}"]`);
        return;
      case 'retry':
        lines.push(`${indent}${item.id}{{"${mermaidText(item.label)}"}}`);
        return;
      case 'unknown':
        lines.push(`${indent}${item.id}>"${mermaidText(item.label)}"]`);
    }
  };
  const { root, arrows } = drawingOf(definition);
  draw(root, '  ');
  for (const { from, to, label, solid } of arrows) {
    const text = label === '' ? '' : `|"${mermaidText(label)}"|`;
    lines.push(`  ${from} ${solid ? '-->' : '-.->'}${text} ${to}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The same for Graphviz, in DOT. */
export function toDot(definition: FlowDefinition): string {
  const lines = ['digraph {', '  compound=true;', '  node [shape=box];'];
  const anchors = new Map<string, string>();
  const draw = (item: Drawing, indent: string): string => {
    if (item.kind !== 'flow') {
      const shape = item.kind === 'retry' ? ', shape=hexagon' : item.kind === 'unknown' ? ', style=dashed' : '';
      lines.push(`${indent}${item.id} [label=${dotText(item.label)}${shape}];`);
      anchors.set(item.id, item.id);
      return item.id;
    }
    lines.push(`${indent}subgraph cluster_${item.id} {`, `${indent}  label=${dotText(item.label)};`);
    let anchor = '';
    for (const inner of item.content) {
      const inside = draw(inner, `${indent}  `);
      anchor ||= inside;
    }
    if (anchor === '') {
      anchor = item.id;
      lines.push(`${indent}  ${item.id} [shape=point];`);
    }
    anchors.set(item.id, anchor);
    lines.push(`${indent}}`);
    return anchor;
  };
  const { root, arrows } = drawingOf(definition);
  draw(root, '  ');
  for (const { from, to, label, solid } of arrows) {
    const [tail, head] = [anchors.get(from) ?? from, anchors.get(to) ?? to];
    const said = [
      ...(label === '' ? [] : [`label=${dotText(label)}`]),
      ...(solid ? [] : ['style=dashed']),
      // Arrows of DOT go between points: those of a flow are cut off at its border.
      ...(tail === from ? [] : [`ltail=cluster_${from}`]),
      ...(head === to ? [] : [`lhead=cluster_${to}`]),
    ];
    lines.push(`  ${tail} -> ${head}${said.length === 0 ? '' : ` [${said.join(', ')}]`};`);
  }
  return `${lines.join('\n')}\n}\n`;
}

/** Mermaid's own way to write characters that mean something to it. */
function mermaidText(text: string): string {
  return text.replace(/[&"<>#;\n]/g, (char) => `#${char.charCodeAt(0)};`);
}

function dotText(text: string): string {
  return JSON.stringify(text);
}
