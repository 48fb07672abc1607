import type { Measured } from './harness.js';
import { type Bar, barPlot } from './plot.js';
import { table } from './report.js';

/** What the documentation shows of a measurement. */
export interface Rendered {
  readonly markdown: string;
  /** By file name. */
  readonly plots: ReadonlyMap<string, string>;
}

/** @throws Error when the text is not what `--save` writes. */
export function rendered(saved: string): Rendered {
  const [first = '{}', ...lines] = saved.trim().split('\n');
  const { surroundings, at } = JSON.parse(first) as { readonly surroundings?: string; readonly at?: string };
  if (surroundings === undefined || at === undefined) throw new Error('this was not written by npm run bench -- --save');
  const rows = lines.map((line) => JSON.parse(line) as Measured);
  const ours = rows.filter(({ system, ratioToRaw }) => system !== 'raw' && Number.isFinite(ratioToRaw.median));
  const ratio = ours.map(({ work, system, ratioToRaw, target }): Bar => {
    return { label: labelOf(work, system), value: ratioToRaw, ...(target === undefined ? {} : { target }) };
  });
  const micros = rows.map(({ work, system, usPerUnit }): Bar => ({ label: labelOf(work, system, 'always'), value: usPerUnit }));
  const plots = new Map([
    ['ratio.svg', barPlot('times as long as the same work by hand (red: the target)', '×', ratio)],
    ['microseconds.svg', barPlot('microseconds a unit', ' µs', micros)],
  ]);
  const images = [...plots.keys()].map((name) => `![${name === 'ratio.svg' ? 'Ratio to raw' : 'Microseconds a unit'}](benchmarks/${name})`);
  const place = surroundings.split('\n').map((line) => `- ${line}`);
  return { markdown: [`Measured ${at}:`, '', ...place, '', ...images, '', table(rows)].join('\n'), plots };
}

const [BEGIN, END] = ['<!-- measured: npm run bench:render -->', '<!-- end of measured -->'];

/** @throws Error when the page has no place for it. */
export function withMeasured(page: string, markdown: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page needs the lines '${BEGIN}' and '${END}'`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${markdown}\n\n${page.slice(to)}`;
}

function labelOf(work: string, system: string, when: 'always' | 'unless ours' = 'unless ours'): string {
  return when === 'unless ours' && system === 'flowproof' ? work : `${work}, ${system}`;
}
