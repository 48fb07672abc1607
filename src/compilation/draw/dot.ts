import { linesOf, signed, walk } from './boxes.js';
import { type Drawing, type LeafBox, type Mark, textOn } from './drawing.js';

const DOT_STYLES: Readonly<Record<Mark, string>> = {
  new: 'style=bold, color="#1a7f37"',
  removed: 'style=dashed, color="#cf222e"',
  changed: 'peripheries=2, color="#9a6700"',
};

export interface DotOptions {
  /** `false`: only where things lie is wanted, and all are rectangles. Default: `true`. */
  readonly shapes?: boolean;
}

/** A drawing in DOT. Each arrow has its place among the arrows as its id. */
export function dot({ root, arrows }: Drawing, { shapes = true }: DotOptions = {}): string {
  const lines = ['digraph {', '  compound=true;', '  node [shape=box];'];
  const entryNodes = new Map<string, string>();
  const exitNodes = new Map<string, string>();
  const above: string[] = [];
  /** Flows that are open, outermost first. */
  const open: string[] = [];
  let retry: string | undefined;
  let latest = '';
  const point = (id: string): void => {
    entryNodes.set(id, id);
    // Arrows of DOT go between points: a flow is represented by the first and the last one in it.
    for (let at = open.length - 1; at >= 0 && !entryNodes.has(open[at] as string); at--) entryNodes.set(open[at] as string, id);
    latest = id;
    exitNodes.set(id, id);
    if (retry !== undefined) above.push(`  ${retry} -> ${id} [style=invis];`);
    retry = undefined;
  };
  walk(root, (item, depth, isEnd) => {
    const indent = '  '.repeat(depth + 1);
    if (item.kind !== 'flow') {
      lines.push(`${indent}${item.id} [label=${dotText(linesOf(item).join('\n'))}${shapes ? dotStyle(item) : ''}];`);
      point(item.id);
      if (item.kind === 'retry') retry = item.id;
    } else if (!isEnd) {
      lines.push(`${indent}subgraph cluster_${item.id} {`, `${indent}  label=${dotText(linesOf(item).join('\n'))};`);
      if (item.mark !== undefined) lines.push(`${indent}  ${DOT_STYLES[item.mark].replaceAll(',', ';')};`);
      open.push(item.id);
    } else {
      if (!entryNodes.has(item.id)) {
        lines.push(`${indent}  ${item.id} [shape=point];`);
        point(item.id);
      }
      // A retry of nothing stands above nothing.
      retry = undefined;
      open.pop();
      exitNodes.set(item.id, latest);
      lines.push(`${indent}}`);
    }
  });
  lines.push(...above);
  for (const [index, arrow] of arrows.entries()) {
    const { from, to, kind, mark } = arrow;
    const [tail, head] = [exitNodes.get(from) ?? from, entryNodes.get(to) ?? to];
    const text = signed(textOn(arrow), mark);
    const attributes = [
      `id=a${index}`,
      ...(text === '' ? [] : [`label=${dotText(text)}`]),
      ...(kind === 'values' ? [] : ['style=dashed']),
      // Those of a flow are cut off at its border.
      ...(tail === from ? [] : [`ltail=cluster_${from}`]),
      ...(head === to ? [] : [`lhead=cluster_${to}`]),
    ];
    lines.push(`  ${tail} -> ${head} [${attributes.join(', ')}];`);
  }
  return `${lines.join('\n')}\n}\n`;
}

function dotStyle({ kind, mark }: LeafBox): string {
  const shape = kind === 'retry' ? ', shape=hexagon' : kind === 'wait' ? ', shape=oval' : kind === 'unknown' ? ', style=dashed' : '';
  return mark === undefined ? shape : `${shape}, ${DOT_STYLES[mark]}`;
}

function dotText(text: string): string {
  return JSON.stringify(text);
}
