import { type Arrow, type Box, type Drawing, dot, linesOf, textOn } from '../../compilation/index.js';
import type { Json } from '../../model/json.js';
import { drawingOfManifest, GraphvizMissingError, type Layout, layouts } from '../../pictures/index.js';
import type { Asked } from '../base/asked.js';
import { idIn } from './query.js';

/** A flow as it is drawn: where everything lies, or, where nothing can be laid out, what is in what. */
export interface ShownGraph {
  readonly fingerprint: string;
  readonly boxes: readonly ShownBox[];
  readonly layout?: { readonly width: number; readonly height: number; readonly arrows: readonly ShownArrow[] };
  /** Why there is no layout. */
  readonly missing?: 'graphviz' | 'size' | 'failed';
}

export interface ShownBox {
  readonly path: string;
  readonly kind: Box['kind'];
  readonly lines: readonly string[];
  readonly depth: number;
  readonly reverts?: true;
  readonly choice?: true;
  readonly place?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

export interface ShownArrow {
  readonly kind: Arrow['kind'];
  /** As SVG writes a path. */
  readonly line: string;
  readonly head: string;
  readonly from: string;
  readonly to: string;
  readonly decides?: true;
  readonly text?: string;
  readonly textAt?: readonly [number, number];
}

/** Laying out more than this takes too long for a process that has other things to do. */
const MOST_BOXES = 1_000;
const MOST_KEPT = 50;

/** Pictures of flows: each shape is laid out once. */
export class Graphs {
  readonly #kept = new Map<string, Promise<ShownGraph>>();

  /** `GET …/run/graph` */
  async view({ app, query }: Asked): Promise<ShownGraph> {
    const { fingerprint, manifest } = await app().inside.graphOf(idIn(query));
    const kept = this.#kept.get(fingerprint);
    const graph = kept ?? shownGraph(fingerprint, manifest);
    this.#kept.delete(fingerprint);
    this.#kept.set(fingerprint, graph);
    for (const old of this.#kept.keys()) if (this.#kept.size > MOST_KEPT) this.#kept.delete(old);
    return graph;
  }
}

export async function shownGraph(fingerprint: string, manifest: Json): Promise<ShownGraph> {
  const drawing = numbered(drawingOfManifest(manifest));
  const boxes = boxesIn(drawing.root);
  const tree = { fingerprint, boxes: boxes.map(({ box, depth }) => shownBox(box, depth)) };
  if (boxes.length > MOST_BOXES) return { ...tree, missing: 'size' };
  let layout: Layout;
  try {
    layout = (await layouts())(dot({ ...drawing, root: withRoom(drawing.root) }, { shapes: false }));
  } catch (error) {
    return { ...tree, missing: error instanceof GraphvizMissingError ? 'graphviz' : 'failed' };
  }
  const paths = new Map(boxes.map(({ box }) => [box.id, box.path]));
  return {
    fingerprint,
    boxes: boxes.map(({ box, depth }) => {
      const place = layout.boxes.get(box.id);
      const at =
        place === undefined
          ? {}
          : { place: { x: round(place.left), y: round(place.top), width: round(place.width), height: round(place.height) } };
      return { ...shownBox(box, depth), ...at };
    }),
    layout: {
      width: Math.ceil(layout.width),
      height: Math.ceil(layout.height),
      arrows: drawing.arrows.flatMap((arrow, index) => shownArrow(arrow, layout.arrows.get(index), paths)),
    },
  };
}

/** Names of users are no ids that Graphviz could take. */
function numbered({ root, arrows, ...rest }: Drawing): Drawing {
  const ids = new Map<string, string>();
  const renamed = (box: Box): Box => {
    const id = `n${ids.size}`;
    ids.set(box.id, id);
    return box.kind === 'flow' ? { ...box, id, content: box.content.map(renamed) } : { ...box, id };
  };
  const named = renamed(root);
  const known = arrows.flatMap((arrow) => {
    const [from, to] = [ids.get(arrow.from), ids.get(arrow.to)];
    return from === undefined || to === undefined ? [] : [{ ...arrow, from, to }];
  });
  return { ...rest, root: named, arrows: known };
}

function boxesIn(root: Box): readonly { readonly box: Box; readonly depth: number }[] {
  const found: { box: Box; depth: number }[] = [];
  const waiting: { box: Box; depth: number }[] = [{ box: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    found.push(next);
    const { box, depth } = next;
    if (box.kind === 'flow') waiting.push(...box.content.map((inside) => ({ box: inside, depth: depth + 1 })).reverse());
  }
  return found;
}

function shownBox(box: Box, depth: number): ShownBox {
  return {
    path: box.path,
    kind: box.kind,
    lines: linesOf(box),
    depth,
    ...(box.kind === 'task' && box.reverts ? { reverts: true } : {}),
    ...(box.kind === 'flow' && box.choice ? { choice: true } : {}),
  };
}

/** Signs of state are drawn by the page: the layout only keeps room for them. */
function withRoom(box: Box): Box {
  if (box.kind === 'flow') return { ...box, label: `${box.label}     `, content: box.content.map(withRoom) };
  return { ...box, label: `${box.label}             ` };
}

function shownArrow(arrow: Arrow, route: ReturnType<Layout['arrows']['get']>, paths: ReadonlyMap<string, string>): ShownArrow[] {
  const [begin, ...others] = route?.curve ?? [];
  if (route === undefined || begin === undefined) return [];
  const { tip, label } = route;
  const last = others.at(-1) ?? begin;
  const length = Math.hypot(tip.x - last.x, tip.y - last.y) || 1;
  const [dx, dy] = [(tip.x - last.x) / length, (tip.y - last.y) / length];
  const [footX, footY] = [tip.x - dx * 8, tip.y - dy * 8];
  const pair = (x: number, y: number): string => `${round(x)} ${round(y)}`;
  const text = textOn(arrow);
  return [
    {
      kind: arrow.kind,
      line: `M${pair(begin.x, begin.y)}${others.length === 0 ? '' : `C${others.map(({ x, y }) => pair(x, y)).join(' ')}`}`,
      head: `M${pair(tip.x, tip.y)}L${pair(footX - dy * 3.4, footY + dx * 3.4)}L${pair(footX + dy * 3.4, footY - dx * 3.4)}z`,
      from: paths.get(arrow.from) ?? '',
      to: paths.get(arrow.to) ?? '',
      ...(arrow.decides === undefined ? {} : { decides: true }),
      ...(text === '' || label === undefined ? {} : { text, textAt: [round(label.x), round(label.y)] }),
    },
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
