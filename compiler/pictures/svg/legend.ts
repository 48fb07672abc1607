import type { Arrow, Box, Drawing } from '#compilation';
import { NOTE } from './boxes.js';
import { diamond, hexagon, path, rectangle, retryIcon, text, undoIcon } from './elements.js';

/** What a sign means; `draw` puts it to the left of the middle of a line. */
interface Entry {
  readonly words: string;
  readonly width: number;
  readonly draw: (x: number, y: number) => readonly string[];
}

const ROW = NOTE + 7;
/** A letter of a key, about. */
const LETTER = 6.2;

const arrow = (kind: Arrow['kind'], more = ''): Entry['draw'] => {
  return (x, y) => [path(`M${x} ${y}h22`, `arrow ${kind}${more}`), path(`M${x + 28} ${y}l-7 -3.6v7.2z`, `head ${kind}${more}`)];
};
const square = (classes: string): Entry['draw'] => {
  return (x, y) => [rectangle({ left: x + 2, top: y - 7, width: 24, height: 14 }, 4, classes)];
};

/** Signs in the order in which they are explained, with what they are explained by. */
const BOXES: readonly (readonly [is: (box: Box) => boolean, entry: Entry])[] = [
  [({ kind }) => kind === 'task', { words: 'task', width: 30, draw: square('task') }],
  [(box) => box.kind === 'task' && box.reverts, { words: 'can be undone', width: 16, draw: (x, y) => [undoIcon({ x: x + 6, y })] }],
  [
    ({ kind }) => kind === 'wait',
    {
      words: 'waits',
      width: 30,
      draw: (x, y) => [rectangle({ left: x + 2, top: y - 7, width: 24, height: 14 }, 7, 'task')],
    },
  ],
  [
    ({ kind }) => kind === 'retry',
    {
      words: 'tries its flow again',
      width: 30,
      draw: (x, y) => [hexagon({ left: x, top: y - 9, width: 28, height: 18 }, 'retry'), retryIcon({ x: x + 14, y })],
    },
  ],
  [
    (box) => box.kind === 'flow' && box.choice,
    { words: 'one of these is chosen', width: 30, draw: (x, y) => [...square('frame choice')(x, y), diamond({ x: x + 14, y }, 4)] },
  ],
];
const ARROWS: readonly (readonly [is: (arrow: Arrow) => boolean, entry: Entry])[] = [
  [({ kind }) => kind === 'values', { words: 'values', width: 32, draw: arrow('values') }],
  [({ kind }) => kind === 'order', { words: 'comes later', width: 32, draw: arrow('order') }],
  [({ kind, decides }) => kind === 'link' && decides === undefined, { words: 'link', width: 32, draw: arrow('link') }],
  [
    ({ decides }) => decides !== undefined,
    { words: 'link that decides', width: 36, draw: (x, y) => [...arrow('link')(x + 4, y), diamond({ x: x + 5, y }, 4.5)] },
  ],
];
const MARKS: readonly (readonly [is: (mark: string | undefined) => boolean, entry: Entry])[] = [
  [(mark) => mark === 'new', { words: '+ new', width: 32, draw: square('task box-new') }],
  [(mark) => mark === 'removed', { words: '− removed', width: 32, draw: square('task box-removed') }],
  [
    (mark) => mark === 'changed',
    {
      words: '~ changed',
      width: 32,
      draw: (x, y) => [...square('task box-changed')(x, y), rectangle({ left: x - 1, top: y - 10, width: 30, height: 20 }, 6, 'outline')],
    },
  ],
];

/** The signs that occur in these drawings, in rows that are not wider than this. */
export function legend(
  drawings: readonly Drawing[],
  widest: number,
): { readonly parts: readonly string[]; readonly width: number; readonly height: number } {
  const boxes = drawings.flatMap(({ root }) => inside(root));
  const arrows = drawings.flatMap((drawing) => drawing.arrows);
  const marks = [...boxes, ...arrows].map(({ mark }) => mark);
  const entries = [
    ...BOXES.filter(([is]) => boxes.some(is)),
    ...ARROWS.filter(([is]) => arrows.some(is)),
    ...MARKS.filter(([is]) => marks.some(is)),
  ].map(([, entry]) => entry);
  const parts: string[] = [];
  let [x, y, width] = [0, ROW / 2, 0];
  for (const { words, width: sign, draw } of entries) {
    const own = sign + 6 + words.length * LETTER;
    if (x > 0 && x + own > widest) [x, y] = [0, y + ROW];
    parts.push(...draw(x, y), text(words, { x: x + sign + 6, y: y + 4 }, 'key'));
    x += own + 20;
    width = Math.max(width, x - 20);
  }
  return { parts, width, height: y + ROW / 2 };
}

function inside(box: Box): readonly Box[] {
  return box.kind === 'flow' ? [box, ...box.content.flatMap(inside)] : [box];
}
