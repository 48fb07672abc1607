import { linesOf, signed, walk } from './boxes.js';
import { type Box, type Drawing, type Mark, textOn } from './drawing.js';

const MERMAID_STYLES: Readonly<Record<Mark, string>> = {
  new: 'stroke:#1a7f37,stroke-width:3px',
  removed: 'stroke:#cf222e,stroke-dasharray:5 4',
  changed: 'stroke:#9a6700,stroke-width:3px,stroke-dasharray:12 3',
};
/** A drawing in the language of Mermaid. */
export function mermaid({ root, arrows }: Drawing): string {
  const lines = ['flowchart TD'];
  const marked: Record<Mark, string[]> = { new: [], removed: [], changed: [] };
  walk(root, (item, depth, isEnd) => {
    lines.push(`${'  '.repeat(depth + 1)}${isEnd ? 'end' : mermaidLine(item)}`);
    if (item.mark !== undefined && !isEnd) marked[item.mark].push(item.id);
  });
  for (const arrow of arrows) {
    const label = signed(textOn(arrow), arrow.mark);
    const text = label === '' ? '' : `|"${mermaidText(label)}"|`;
    lines.push(`  ${arrow.from} ${arrow.kind === 'values' ? '-->' : '-.->'}${text} ${arrow.to}`);
  }
  for (const [mark, ids] of Object.entries(marked) as [Mark, string[]][]) {
    if (ids.length > 0) lines.push(`  classDef ${mark} ${MERMAID_STYLES[mark]};`, `  class ${ids.join(',')} ${mark};`);
  }
  return `${lines.join('\n')}\n`;
}

function mermaidLine(item: Box): string {
  const text = linesOf(item).map(mermaidText).join('<br/>');
  switch (item.kind) {
    case 'flow':
      return `subgraph ${item.id}["${text}"]`;
    case 'task':
      return `${item.id}["${text}"]`;
    case 'wait':
      return `${item.id}(["${text}"])`;
    case 'retry':
      return `${item.id}{{"${text}"}}`;
    case 'unknown':
      return `${item.id}>"${text}"]`;
  }
}

/** Mermaid's own way to write characters that mean something to it. */
function mermaidText(text: string): string {
  return text.replace(/[&"<>#;\n]/g, (char) => `#${char.charCodeAt(0)};`);
}
