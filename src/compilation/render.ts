import type { FlowDefinition } from '../authoring/index.js';
import { type Drawing, drawingOf } from './drawing.js';

/** A flow for Mermaid. Flows are boxes; solid arrows carry values, dotted ones only order; deciders are questions on them. */
export function toMermaid(definition: FlowDefinition): string {
  const lines = ['flowchart TD'];
  const { root, arrows } = drawingOf(definition);
  walk(root, (item, depth, isEnd) => lines.push(`${'  '.repeat(depth + 1)}${isEnd ? 'end' : mermaidLine(item)}`));
  for (const { from, to, label, solid } of arrows) {
    const text = label === '' ? '' : `|"${mermaidText(label)}"|`;
    lines.push(`  ${from} ${solid ? '-->' : '-.->'}${text} ${to}`);
  }
  return `${lines.join('\n')}\n`;
}

function mermaidLine({ kind, id, label }: Drawing): string {
  switch (kind) {
    case 'flow':
      return `subgraph ${id}["${mermaidText(label)}"]`;
    case 'task':
      return `${id}["${mermaidText(label)}"]`;
    case 'retry':
      return `${id}{{"${mermaidText(label)}"}}`;
    case 'unknown':
      return `${id}>"${mermaidText(label)}"]`;
  }
}

/** Visits each drawing, and each flow once more where it ends; with a stack of its own, however deep flows are nested. */
function walk(root: Drawing, visit: (item: Drawing, depth: number, isEnd: boolean) => void): void {
  const waiting: { readonly item: Drawing; readonly depth: number; readonly isEnd: boolean }[] = [{ item: root, depth: 0, isEnd: false }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { item, depth, isEnd } = next;
    visit(item, depth, isEnd);
    if (item.kind !== 'flow' || isEnd) continue;
    waiting.push({ item, depth, isEnd: true });
    for (let at = item.content.length - 1; at >= 0; at--)
      waiting.push({ item: item.content[at] as Drawing, depth: depth + 1, isEnd: false });
  }
}

/** The same for Graphviz, in DOT. */
export function toDot(definition: FlowDefinition): string {
  const lines = ['digraph {', '  compound=true;', '  node [shape=box];'];
  const anchors = new Map<string, string>();
  const { root, arrows } = drawingOf(definition);
  /** Flows that are open, outermost first. */
  const open: string[] = [];
  walk(root, (item, depth, isEnd) => {
    const indent = '  '.repeat(depth + 1);
    if (item.kind !== 'flow') {
      const shape = item.kind === 'retry' ? ', shape=hexagon' : item.kind === 'unknown' ? ', style=dashed' : '';
      lines.push(`${indent}${item.id} [label=${dotText(item.label)}${shape}];`);
      anchors.set(item.id, item.id);
      // Arrows of DOT go between points: a flow is represented by the first one in it.
      for (let at = open.length - 1; at >= 0 && !anchors.has(open[at] as string); at--) anchors.set(open[at] as string, item.id);
    } else if (!isEnd) {
      lines.push(`${indent}subgraph cluster_${item.id} {`, `${indent}  label=${dotText(item.label)};`);
      open.push(item.id);
    } else {
      open.pop();
      if (!anchors.has(item.id)) {
        anchors.set(item.id, item.id);
        lines.push(`${indent}  ${item.id} [shape=point];`);
      }
      lines.push(`${indent}}`);
    }
  });
  for (const { from, to, label, solid } of arrows) {
    const [tail, head] = [anchors.get(from) ?? from, anchors.get(to) ?? to];
    const said = [
      ...(label === '' ? [] : [`label=${dotText(label)}`]),
      ...(solid ? [] : ['style=dashed']),
      // Those of a flow are cut off at its border.
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
