import { type Arrow, signed, textOn } from '#compilation';
import type { Point, Route } from '#pictures';
import { diamond, path, round, text } from './elements.js';

const HEAD = 9;
const HALF_HEAD = 3.6;

/** The line of an arrow with its head; a diamond where it begins, if something decides. */
export function line(arrow: Arrow, { curve, tip }: Route): readonly string[] {
  const [begin, ...others] = curve;
  if (begin === undefined) return [];
  const d = `M${pair(begin)}${others.length === 0 ? '' : `C${others.map(pair).join(' ')}`}`;
  return [
    path(d, `arrow ${classes(arrow)}`),
    head(curve, tip, `head ${classes(arrow)}`),
    ...(arrow.decides === undefined ? [] : [diamond(begin)]),
  ];
}

/** What stands on it; the ground shines through nothing of it. */
export function words(arrow: Arrow, { label }: Route): readonly string[] {
  const words = signed(textOn(arrow), arrow.mark);
  if (words === '' || label === undefined) return [];
  return [text(words, { x: label.x, y: label.y + 4 }, `on-arrow ${classes(arrow)}`, 'middle')];
}

function classes({ kind, mark }: Arrow): string {
  return mark === undefined ? kind : `${kind} arrow-${mark}`;
}

/** Where a curve was cut off at a border no room for the head may be left: then it points as the curve does. */
function head(curve: readonly Point[], tip: Point, classes: string): string {
  const from = [...curve].reverse().find((point) => distance(point, tip) > HALF_HEAD) ?? { x: tip.x, y: tip.y - HEAD };
  const length = distance(from, tip);
  const ahead = { x: (tip.x - from.x) / length, y: (tip.y - from.y) / length };
  const foot = { x: tip.x - ahead.x * HEAD, y: tip.y - ahead.y * HEAD };
  const side = { x: -ahead.y * HALF_HEAD, y: ahead.x * HALF_HEAD };
  const corners = [tip, { x: foot.x + side.x, y: foot.y + side.y }, { x: foot.x - side.x, y: foot.y - side.y }];
  return path(`M${corners.map(pair).join('L')}z`, classes);
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function pair({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}
