import type { LeftOut, Measured } from './harness.js';
import { type Bar, barPlot } from './plot.js';
import { table } from './report.js';

/** What the documentation shows of a measurement. */
export interface Rendered {
  /** Which of its two sections. */
  readonly section: Section;
  readonly markdown: string;
  /** By file name. */
  readonly plots: ReadonlyMap<string, string>;
}

export type Section = 'alone' | 'side by side';

/** @throws Error when the text is not what `--save` writes. */
export function rendered(saved: string): Rendered {
  const [first = '{}', ...lines] = saved.trim().split('\n');
  const { surroundings, at, leftOut } = JSON.parse(first) as {
    readonly surroundings?: string;
    readonly at?: string;
    readonly leftOut?: readonly LeftOut[];
  };
  if (surroundings === undefined || at === undefined) throw new Error('this was not written by npm run bench -- --save');
  const rows = lines.map((line) => JSON.parse(line) as Measured);
  const head = [`Measured ${at}:`, '', ...surroundings.split('\n').map((line) => `- ${line}`), ''];
  return leftOut === undefined ? alone(head, rows) : sideBySide(head, rows, leftOut);
}

function alone(head: readonly string[], rows: readonly Measured[]): Rendered {
  const ours = rows.filter(({ system, ratioToRaw }) => system !== 'raw' && Number.isFinite(ratioToRaw.median));
  const ratio = ours.map(({ work, system, ratioToRaw, target }): Bar => {
    return { label: labelOf(work, system), value: ratioToRaw, ...(target === undefined ? {} : { target }) };
  });
  const micros = rows.map(({ work, system, usPerUnit }): Bar => ({ label: labelOf(work, system, 'always'), value: usPerUnit }));
  const plots = new Map([
    ['ratio.svg', barPlot('times as long as the same work by hand (red: the target)', '×', ratio)],
    ['microseconds.svg', barPlot('microseconds a unit', ' µs', micros)],
  ]);
  const images = ['![Ratio to raw](benchmarks/ratio.svg)', '![Microseconds a unit](benchmarks/microseconds.svg)'];
  return { section: 'alone', markdown: [...head, ...images, '', table(rows)].join('\n'), plots };
}

/** A heading, plots and a table for each work. */
function sideBySide(head: readonly string[], rows: readonly Measured[], leftOut: readonly LeftOut[]): Rendered {
  const plots = new Map<string, string>();
  const parts = [...new Set(rows.map(({ work }) => work))].map((work) => {
    const own = rows.filter((row) => row.work === work);
    const plot = (name: string, alt: string, svg: string): string => {
      plots.set(`${name}-${work}.svg`, svg);
      return `![${alt}](benchmarks/${name}-${work}.svg)`;
    };
    const bars = own.map(({ system, usPerUnit }): Bar => ({ label: system, value: usPerUnit, own: isOurs(system) }));
    const images = [
      plot('side-by-side', `Microseconds a ${own[0]?.unit}`, barPlot(`microseconds a ${own[0]?.unit}: ${work}`, ' µs', bars)),
    ];
    const latency = own.flatMap(({ system, p50Us, p99Us }): readonly Bar[] => {
      const value = p50Us === null || p99Us === null ? undefined : { median: p50Us, min: p50Us, max: p99Us };
      return value === undefined ? [] : [{ label: system, value, own: isOurs(system) }];
    });
    if (latency.length > 0)
      images.push(plot('latency', 'From step to step', barPlot(`from step to step, p50 and a line to p99: ${work}`, ' µs', latency)));
    const absent = leftOut.filter((left) => left.work === work);
    return [`#### ${work}`, '', ...images, '', table(own, absent)].join('\n');
  });
  return { section: 'side by side', markdown: [...head, parts.join('\n\n')].join('\n'), plots };
}

const MARKS: Readonly<Record<Section, readonly [begin: string, end: string]>> = {
  alone: ['<!-- measured: npm run bench:render -->', '<!-- end of measured -->'],
  'side by side': ['<!-- measured side by side: npm run bench:render -->', '<!-- end of measured side by side -->'],
};

/** @throws Error when the page has no place for it. */
export function withMeasured(page: string, { section, markdown }: Pick<Rendered, 'section' | 'markdown'>): string {
  const [begin, end] = MARKS[section];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page needs the lines '${begin}' and '${end}'`);
  return `${page.slice(0, from + begin.length)}\n\n${markdown}\n\n${page.slice(to)}`;
}

function labelOf(work: string, system: string, when: 'always' | 'unless ours' = 'unless ours'): string {
  return when === 'unless ours' && system === 'flowproof' ? work : `${work}, ${system}`;
}

/** In one way or another. */
function isOurs(system: string): boolean {
  return system === 'flowproof' || system.startsWith('flowproof-');
}
