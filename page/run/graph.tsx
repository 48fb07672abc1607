import type { ShownArrow, ShownBox, ShownGraph } from '../../src/ui/views/graphs.js';
import { lookOf, Sign } from '../parts/state.js';

interface GraphProps {
  readonly graph: ShownGraph;
  /** The state of each task, wait and retry, by its path. */
  readonly stateOf: (path: string) => string;
  readonly chosen: string | undefined;
  readonly choose: (path: string) => void;
}

/** A flow as it was laid out on the server; only its colours and signs change. */
export function Graph({ graph, ...shown }: GraphProps) {
  const { layout, boxes } = graph;
  if (layout === undefined) return <Tree graph={graph} {...shown} />;
  const { width, height, arrows } = layout;
  const paths = uniquePaths(boxes);
  return (
    <figure class="graph">
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-label="The flow, as a graph">
        {boxes.map((box, index) => (box.kind === 'flow' ? <Frame key={paths[index]} box={box} /> : null))}
        {arrows.map((arrow, index) => (
          <Arrow key={index} arrow={arrow} />
        ))}
        {boxes.map((box, index) => (box.kind === 'flow' ? null : <Atom key={paths[index]} box={box} {...shown} />))}
      </svg>
    </figure>
  );
}

/** A retry stands beside its flow, and has a path of its own. */
function uniquePaths(boxes: readonly ShownBox[]): readonly string[] {
  return boxes.map(({ kind, path }) => `${kind} ${path}`);
}

function Frame({ box: { place, depth, choice, lines } }: { readonly box: ShownBox }) {
  if (place === undefined) return null;
  const { x, y, width, height } = place;
  return (
    <g>
      <rect class={`frame${depth % 2 === 1 ? ' odd' : ''}${choice ? ' choice' : ''}`} x={x} y={y} width={width} height={height} rx={10} />
      <text class="flow-name" x={x + 12} y={y + 20}>
        {lines[0]}
      </text>
    </g>
  );
}

function Atom({ box, stateOf, chosen, choose }: Omit<GraphProps, 'graph'> & { readonly box: ShownBox }) {
  const { place, path, kind, lines, reverts } = box;
  if (place === undefined) return null;
  const { x, y, width, height } = place;
  const state = stateOf(path);
  const { tone, word, sign, turns } = lookOf(state);
  const press = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    choose(path);
  };
  const classes = ['atom', `tone-${tone}`, ...(state === 'PENDING' ? ['pending'] : []), ...(chosen === path ? ['chosen'] : [])].join(' ');
  return (
    // biome-ignore lint/a11y/useSemanticElements: there are no buttons in SVG
    <g
      class={classes}
      data-path={path}
      data-state={state}
      tabIndex={0}
      role="button"
      aria-pressed={chosen === path}
      aria-label={`${path}: ${word}`}
      onClick={() => choose(path)}
      onKeyDown={press}
    >
      {kind === 'retry' ? (
        <polygon class="box" points={hexagon(x, y, width, height)} />
      ) : (
        <rect class="box" x={x} y={y} width={width} height={height} rx={kind === 'wait' ? height / 2 : 6} />
      )}
      <g transform={`translate(${x + 10} ${y + height / 2 - 8})`}>
        <path class={`sign${turns ? ' turns' : ''}`} d={sign} />
      </g>
      {lines.map((line, index) => (
        <text
          key={line}
          class={index === 0 ? 'name' : 'note-line'}
          x={x + 33}
          y={y + height / 2 + 4.5 + (index - (lines.length - 1) / 2) * 15}
        >
          {line}
        </text>
      ))}
      {reverts ? (
        <g transform={`translate(${x + width - 20} ${y + height / 2 - 6.5}) scale(.8)`}>
          <title>can be undone</title>
          <path class="arrow" d="M6 4 3 7l3 3M3 7h6a3.5 3.5 0 0 1 0 7H7" />
        </g>
      ) : null}
    </g>
  );
}

function hexagon(x: number, y: number, width: number, height: number): string {
  const corner = Math.min(14, height / 2);
  const [right, bottom, middle] = [x + width, y + height, y + height / 2];
  return `${x - 4},${middle} ${x + corner - 4},${y} ${right - corner + 4},${y} ${right + 4},${middle} ${right - corner + 4},${bottom} ${x + corner - 4},${bottom}`;
}

function Arrow({ arrow: { kind, line, head, text, textAt } }: { readonly arrow: ShownArrow }) {
  return (
    <g>
      <path class={`arrow ${kind}`} d={line} />
      <path class="tip" d={head} />
      {text === undefined || textAt === undefined ? null : (
        <text class="on-arrow" x={textAt[0]} y={textAt[1] + 4}>
          {text}
        </text>
      )}
    </g>
  );
}

const WHY_TREE = {
  graphviz: 'A graph needs @viz-js/viz where this page is served: npm install @viz-js/viz@3. Until then, its nodes are listed.',
  size: 'This flow has more nodes than are laid out while others wait: its nodes are listed.',
  failed: 'This flow can’t be laid out: its nodes are listed.',
} as const;

function Tree({ graph: { boxes, missing = 'failed' }, stateOf, chosen, choose }: GraphProps) {
  const paths = uniquePaths(boxes);
  return (
    <div class="values">
      <p class="dim">{WHY_TREE[missing]}</p>
      <ul class="tree">
        {boxes.map(({ kind, path, lines, depth }, index) => (
          <li key={paths[index]} style={{ paddingInlineStart: `${Math.min(depth, 12) * 1.25}rem` }}>
            {kind === 'flow' ? (
              <strong>{lines[0]}</strong>
            ) : (
              <button
                type="button"
                class="quiet"
                data-path={path}
                data-state={stateOf(path)}
                aria-pressed={chosen === path}
                onClick={() => choose(path)}
              >
                <Sign state={stateOf(path)} />
                {lines[0]} <span class="dim small">{lookOf(stateOf(path)).word}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
