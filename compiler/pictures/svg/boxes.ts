import { type Box, type FlowBox, type LeafBox, linesOf, signed } from '#compilation';
import type { Rectangle } from '#pictures';
import { diamond, escaped, hexagon, rectangle, retryIcon, text, undoIcon } from './elements.js';

/** From one line of a note to the next one. */
export const NOTE = 15.5;
/** From the middle of a line of text down to where it stands. */
const BASE = 4.5;

/** A flow as a frame; what is written on it comes later, so that no arrow goes through it. */
export function frame(box: FlowBox, place: Rectangle, depth: number): string {
  return group(box, [rectangle(place, 10, `${ground(box, depth)}${boxClass(box)}`), ...outline(box, place, 13)]);
}

/** The name of a flow at the top of its frame. */
export function heading(box: FlowBox, place: Rectangle, depth: number): readonly string[] {
  const { notes = [], mark, choice, content } = box;
  const [x, y] = [place.left + 13, place.top + (depth === 0 ? 25 : 21)];
  const first = y + (depth === 0 ? 19 : 16);
  const name = `${depth === 0 ? 'title' : 'flow-name'} on ${ground(box, depth)}${textClass(box)}`;
  return [
    ...(choice ? [diamond({ x: x + 5.5, y: y - BASE })] : []),
    text(signed(box.label, mark), { x: x + (choice ? 18 : 0), y }, name),
    ...notes.map((note, index) => text(note, { x, y: first + index * NOTE }, `note on ${ground(box, depth)}`)),
    ...(content.length === 0 ? [text('nothing in it', { x, y: place.top + place.height - 10 }, 'note')] : []),
  ];
}

/** What a frame is painted with: flows in flows take turns. */
function ground({ choice }: FlowBox, depth: number): string {
  return choice ? 'frame choice' : depth % 2 === 1 ? 'frame inner' : 'frame';
}

/** A task, a wait or a retry, with what it can do as an icon. */
export function leaf(box: LeafBox, place: Rectangle): string {
  const { kind, notes = [], mark, reverts } = box;
  const [center, middle] = [place.left + place.width / 2, place.top + place.height / 2];
  const x = center + (kind === 'retry' ? 9 : reverts ? -9 : 0);
  const first = middle + BASE - (notes.length * NOTE) / 2;
  return group(box, [
    kind === 'retry'
      ? hexagon(place, `retry${boxClass(box)}`)
      : rectangle(place, cornersOf(kind, place), `${kind === 'wait' ? 'task' : kind}${boxClass(box)}`),
    ...outline(box, place, 11),
    text(signed(box.label, mark), { x, y: first }, `name${textClass(box)}`, 'middle'),
    ...notes.map((note, index) => text(note, { x, y: first + (index + 1) * NOTE }, 'note', 'middle')),
    ...(kind === 'retry' ? [retryIcon({ x: place.left + 21, y: middle })] : []),
    ...(reverts ? [undoIcon({ x: place.left + place.width - 16, y: middle })] : []),
  ]);
}

/** What waits is round at its ends. */
function cornersOf(kind: LeafBox['kind'], { height }: Rectangle): number {
  return kind === 'wait' ? height / 2 : 8;
}

/** A tooltip holds all of it. */
function group(box: Box, parts: readonly string[]): string {
  const [, ...notes] = linesOf(box);
  return `<g><title>${escaped([box.path, ...notes].join('\n'))}</title>\n${parts.join('\n')}\n</g>`;
}

function boxClass({ mark }: Box): string {
  return mark === undefined ? '' : ` box-${mark}`;
}

function textClass({ mark }: Box): string {
  return mark === undefined ? '' : ` text-${mark}`;
}

/** What changed has two borders. */
function outline({ mark, kind }: Box, { left, top, width, height }: Rectangle, radius: number): readonly string[] {
  if (mark !== 'changed') return [];
  if (kind === 'retry') return [hexagon({ left: left - 5, top: top - 3, width: width + 10, height: height + 6 }, 'outline')];
  const around = { left: left - 3, top: top - 3, width: width + 6, height: height + 6 };
  return [rectangle(around, kind === 'wait' ? around.height / 2 : radius, 'outline')];
}
