import type { Box, Mark } from './drawing.js';

/** Before what is new, gone or changed: to be seen without colour. */
const SIGNS: Readonly<Record<Mark, string>> = { new: '+', removed: '−', changed: '~' };

/** What is written into a box. */
export function linesOf({ label, mark, notes = [] }: Box): readonly string[] {
  return [signed(label, mark), ...notes];
}

/** A text with the sign of its mark before it. */
export function signed(text: string, mark: Mark | undefined): string {
  if (mark === undefined) return text;
  return text === '' ? SIGNS[mark] : `${SIGNS[mark]} ${text}`;
}

/** Visits each box, and each flow once more where it ends; with a stack of its own, however deep flows are nested. */
export function walk(root: Box, visit: (item: Box, depth: number, isEnd: boolean) => void): void {
  const waiting: { readonly item: Box; readonly depth: number; readonly isEnd: boolean }[] = [{ item: root, depth: 0, isEnd: false }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { item, depth, isEnd } = next;
    visit(item, depth, isEnd);
    if (item.kind !== 'flow' || isEnd) continue;
    waiting.push({ item, depth, isEnd: true });
    for (let at = item.content.length - 1; at >= 0; at--) waiting.push({ item: item.content[at] as Box, depth: depth + 1, isEnd: false });
  }
}
