import type { Viz } from '@viz-js/viz';

/** Where everything of a drawing lies; y grows downwards. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Id of a box → the rectangle that it fills. */
  readonly boxes: ReadonlyMap<string, Rectangle>;
  /** By the places of the arrows in the drawing. */
  readonly arrows: ReadonlyMap<number, Route>;
}

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Route {
  /** A beginning, and three points for each curve from there. */
  readonly curve: readonly Point[];
  readonly tip: Point;
  /** The middle of its text. */
  readonly label: Point | undefined;
}

/** Pictures as SVG need a package that is beside this one and not in it. */
export class GraphvizMissingError extends Error {
  override name = 'GraphvizMissingError';
  readonly code = 'GRAPHVIZ_MISSING';
  constructor() {
    super('GRAPHVIZ_MISSING: SVG is laid out by @viz-js/viz, which is not installed: npm install --save-dev @viz-js/viz@3');
  }
}

const INCH = 72;
const OPTIONS = {
  format: 'json0',
  graphAttributes: { fontname: 'Helvetica', fontsize: 15, labeljust: 'l', nodesep: 0.4, ranksep: 0.42, margin: 14 },
  nodeAttributes: { fontname: 'Helvetica', fontsize: 14.2, margin: '0.24,0.1', height: 0.48 },
  edgeAttributes: { fontname: 'Helvetica', fontsize: 12.8, arrowsize: 0.9 },
};

/**
 * Lays out a graph with Graphviz: the one function that knows where Graphviz comes from.
 *
 * @throws GraphvizMissingError
 */
export async function layouts(): Promise<(dot: string) => Layout> {
  const graphviz = await loaded();
  return (dot) => {
    const { status, output, errors } = graphviz.render(dot, OPTIONS);
    if (status !== 'success') throw new Error(`Graphviz can't lay this flow out: ${errors.map(({ message }) => message).join('; ')}`);
    return layoutOf(JSON.parse(output) as Graph);
  };
}

async function loaded(): Promise<Viz> {
  try {
    const { instance } = await import('@viz-js/viz');
    return await instance();
  } catch (error) {
    const { code } = error as { code?: unknown };
    // Required by CommonJS, it is missing by another code.
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') throw new GraphvizMissingError();
    throw error;
  }
}

/** What Graphviz writes; y grows upwards there, and sizes of nodes are in inches. */
interface Graph {
  readonly bb: string;
  readonly objects?: readonly {
    readonly name: string;
    readonly bb?: string;
    readonly pos?: string;
    readonly width?: string;
    readonly height?: string;
  }[];
  readonly edges?: readonly { readonly id?: string; readonly pos?: string; readonly lp?: string }[];
}

function layoutOf({ bb, objects = [], edges = [] }: Graph): Layout {
  const [, , width = 0, height = 0] = numbers(bb);
  const at = (text: string): Point => {
    const [x = 0, y = 0] = numbers(text);
    return { x, y: height - y };
  };
  const boxes = new Map(
    objects.map((one): [string, Rectangle] => {
      if (one.bb !== undefined) {
        const [left = 0, bottom = 0, right = 0, top = 0] = numbers(one.bb);
        return [one.name.replace(/^cluster_/, ''), { left, top: height - top, width: right - left, height: top - bottom }];
      }
      const size = { width: Number(one.width) * INCH, height: Number(one.height) * INCH };
      const { x, y } = at(one.pos ?? '');
      return [one.name, { left: x - size.width / 2, top: y - size.height / 2, ...size }];
    }),
  );
  const arrows = new Map(
    edges.flatMap(({ id, pos = '', lp }): [number, Route][] => {
      if (id === undefined) return [];
      const points = pos.split(' ');
      const curve = points.filter((point) => !/^[es],/.test(point)).map(at);
      const end = points.find((point) => point.startsWith('e,'));
      const tip = end === undefined ? curve.at(-1) : at(end.slice(2));
      return tip === undefined ? [] : [[Number(id.slice(1)), { curve, tip, label: lp === undefined ? undefined : at(lp) }]];
    }),
  );
  return { width, height, boxes, arrows };
}

function numbers(text: string): number[] {
  return text.split(',').map(Number);
}
