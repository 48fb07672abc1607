import type { Spread } from './harness.js';

/** One bar of a plot, with how far it was spread. */
export interface Bar {
  readonly label: string;
  readonly value: Spread;
  /** Where it is meant to end at most. */
  readonly target?: number;
  /** The one that it is all about. */
  readonly own?: boolean;
}

const WIDTH = 760;
const LABELS = 230;
const FIGURES = 90;
const ROW = 26;
const TOP = 44;

/**
 * Bars over a logarithmic axis, as SVG that follows the reader's light or dark theme. A thin line shows from the lowest to
 * the highest value, a red one the target.
 */
export function barPlot(title: string, unit: string, bars: readonly Bar[]): string {
  const values = bars.flatMap(({ value, target }) => [value.min, value.max, ...(target === undefined ? [] : [target])]);
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  const room = WIDTH - LABELS - FIGURES;
  const x = (value: number): number => round(LABELS + (room * (Math.log10(value) - low)) / Math.max(1, high - low));
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  const height = TOP + bars.length * ROW + 10;
  const bottom = height - 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>${escaped(title)}</title>`,
    '<style>text{fill:#1f2328}.axis{stroke:#d0d7de}.bar{fill:#4c8dd6}.other{fill:#9aa4af}.spread{stroke:#1f2328}.target{stroke:#cf222e;stroke-width:2}',
    '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.axis{stroke:#3d444d}.spread{stroke:#e6edf3}}</style>',
    `<text x="${LABELS}" y="14" font-weight="600">${escaped(title)}</text>`,
    ...ticks.flatMap((tick) => [
      `<line class="axis" x1="${x(tick)}" x2="${x(tick)}" y1="${TOP - 8}" y2="${bottom}"/>`,
      `<text x="${x(tick)}" y="${TOP - 14}" text-anchor="middle" font-size="10">${tick}${escaped(unit)}</text>`,
    ]),
    ...bars.flatMap((bar, index) => drawn(bar, TOP + index * ROW, x, x(10 ** low))),
    '</svg>',
    '',
  ].join('\n');
}

function drawn({ label, value, target, own = true }: Bar, y: number, x: (value: number) => number, from: number): readonly string[] {
  const middle = y + ROW / 2;
  return [
    `<text x="${LABELS - 8}" y="${middle + 4}" text-anchor="end">${escaped(label)}</text>`,
    `<rect class="bar${own ? '' : ' other'}" x="${from}" y="${y + 5}" width="${round(Math.max(1, x(value.median) - from))}" height="${ROW - 10}"/>`,
    `<line class="spread" x1="${x(value.min)}" x2="${x(value.max)}" y1="${middle}" y2="${middle}"/>`,
    ...(target === undefined ? [] : [`<line class="target" x1="${x(target)}" x2="${x(target)}" y1="${y + 2}" y2="${y + ROW - 2}"/>`]),
    `<text x="${WIDTH - FIGURES + 8}" y="${middle + 4}">${Number(value.median.toPrecision(3))}</text>`,
  ];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
