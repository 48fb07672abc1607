import { type Box, type Drawing, dot } from '#compilation';
import type { Layout } from '#pictures';
import { line, words } from './arrows.js';
import { frame, heading, leaf, NOTE } from './boxes.js';
import { escaped, round, text } from './elements.js';
import { legend } from './legend.js';
import { style } from './style.js';

/** One flow, and what is said under its picture. */
export interface Sheet {
  readonly drawing: Drawing;
  readonly remarks: readonly string[];
}

const MARGIN = 18;
const GAP = 24;
/** A picture is at least so wide: its legend needs room. */
const NARROWEST = 300;
/** So is the text under it. */
const NARROWEST_TEXT = 440;
/** Of the lines of a remark after its first one. */
const INDENT = 14;
/** A letter of a remark, about. */
const LETTER = 6;

/** Sheets under each other as one picture, with a legend of what occurs in them. The same sheets give the same text. */
export function svg(sheets: readonly Sheet[], layout: (dot: string) => Layout): string {
  const parts: string[] = [];
  let [y, width] = [MARGIN, NARROWEST];
  for (const sheet of sheets) {
    const drawing = { ...sheet.drawing, root: withPorts(sheet.drawing) };
    const found = layout(dot({ ...drawing, root: withRoom(drawing.root) }, { shapes: false }));
    parts.push(moved(y, pictureOf(drawing, found)));
    const across = Math.max(found.width, sheet.remarks.length === 0 ? 0 : NARROWEST_TEXT);
    width = Math.max(width, across);
    y += found.height + NOTE;
    for (const remark of sheet.remarks) {
      for (const [index, words] of wrapped(remark, across / LETTER).entries()) {
        parts.push(text(words, { x: MARGIN + (index === 0 ? 0 : INDENT), y: y + 4 }, 'note'));
        y += NOTE;
      }
      y += 3;
    }
    y += GAP - NOTE;
  }
  const drawings = sheets.map(({ drawing }) => drawing);
  const key = legend(drawings, width);
  parts.push(moved(y, key.parts));
  const size = [Math.max(width, key.width) + 2 * MARGIN, y + key.height + MARGIN].map((one) => round(Math.ceil(one)));
  const [across, down] = size;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${across}" height="${down}" viewBox="0 0 ${across} ${down}" role="img">`,
    `<title>${escaped(drawings.map(({ root }) => root.path).join(', '))}</title>`,
    `<style>\n${style()}\n</style>`,
    `<rect class="paper" width="${across}" height="${down}" rx="12"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** Lines of so many letters; a word that is longer has one for itself. */
function wrapped(words: string, letters: number): readonly string[] {
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function moved(y: number, parts: readonly string[]): string {
  return `<g transform="translate(${MARGIN} ${round(y)})">\n${parts.join('\n')}\n</g>`;
}

/** What a flow is given and gives stands under its name. */
function withPorts({ root, inputs, results }: Drawing): Box {
  const takes = inputs.length === 0 ? [] : [`takes ${inputs.join(', ')}`];
  const gives = results.length === 0 ? [] : [`gives ${results.join(', ')}`];
  return { ...root, notes: [...(root.notes ?? []), ...takes, ...gives] };
}

/** Icons are drawn here: the layout only keeps room for them. */
function withRoom(box: Box): Box {
  if (box.kind === 'flow') return { ...box, label: `${box.choice ? '     ' : ''}${box.label}  `, content: box.content.map(withRoom) };
  return { ...box, label: `${box.label}${box.kind === 'retry' ? '          ' : box.reverts ? '        ' : ''}` };
}

function pictureOf({ root, arrows }: Drawing, layout: Layout): readonly string[] {
  const boxes: string[] = [];
  const headings: string[] = [];
  const visit = (box: Box, depth: number): void => {
    const place = layout.boxes.get(box.id);
    if (box.kind !== 'flow') {
      if (place !== undefined) boxes.push(leaf(box, place));
      return;
    }
    if (place !== undefined) {
      boxes.push(frame(box, place, depth));
      headings.push(...heading(box, place, depth));
    }
    for (const one of box.content) visit(one, depth + 1);
  };
  visit(root, 0);
  const routed = arrows.flatMap((arrow, index) => {
    const route = layout.arrows.get(index);
    return route === undefined ? [] : [{ arrow, route }];
  });
  return [
    ...boxes,
    ...routed.flatMap(({ arrow, route }) => line(arrow, route)),
    ...headings,
    ...routed.flatMap(({ arrow, route }) => words(arrow, route)),
  ];
}
