import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FlowManifest, manifestFile, manifestsOf, type PresentFlow, parseManifestFile } from '../../compiler/manifest/index.js';
import { differences, draw, type Picture, picturesOf } from '../../compiler/pictures/index.js';
import { readProject } from '../../compiler/reading/index.js';
import { openProject } from '../../compiler/source/index.js';
import { type Arrow, type Box, type Drawing, drawingOf } from '../../src/compilation/index.js';
import { drawingOfManifest } from '../../src/pictures/index.js';
import { Life } from '../changes/life.js';
import { flowOf } from '../changes/plan-flows.js';
import { plans } from '../changes/plans.js';
import { presentOf } from './present.js';
import './parse-once.js';

const FIXTURES = join(import.meta.dirname, '../fixtures/compiler/pictures');
const readingOf = (version: string) => readProject(openProject([join(FIXTURES, version, 'tsconfig.json')]));
const [before, now] = [readingOf('before'), readingOf('now')];
const [flowsBefore, flowsNow] = [orderIn(manifestsOf(before)), orderIn(manifestsOf(now))];
const [picture] = picturesOf(
  now.flows.filter(({ name }) => name === 'order'),
  FIXTURES,
) as [Picture];

function orderIn(flows: readonly PresentFlow[]): readonly PresentFlow[] {
  return flows.filter(({ name }) => name === 'order');
}

function boxesIn(box: Box): readonly Box[] {
  return box.kind === 'flow' ? [box, ...box.content.flatMap(boxesIn)] : [box];
}

/** Arrows by paths, in an order of their own. */
function arrowsIn({ root, arrows }: Drawing): readonly (readonly [from: string, to: string, arrow: Omit<Arrow, 'from' | 'to'>])[] {
  const paths = new Map(boxesIn(root).map(({ id, path }) => [id, path]));
  const all = arrows.map(({ from, to, ...arrow }) => [paths.get(from) ?? '', paths.get(to) ?? '', arrow] as const);
  return all.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Tags that are opened and not closed, or the other way round. */
function unbalanced(xml: string): readonly string[] {
  const open: string[] = [];
  for (const [, close, name = '', end] of xml.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (close === '/' && open.pop() !== name) return [name];
    if (close === '' && end === '') open.push(name);
  }
  return open;
}

describe('a flow as SVG', () => {
  test('shows every box with its name, every value, and only what occurs in the legend', async () => {
    const svg = await draw([picture], 'svg');
    const { root, arrows } = picture.drawing;
    for (const { label } of boxesIn(root)) expect(svg).toContain(`>${label}</text>`);
    for (const { values } of arrows) if (values.length > 0) expect(svg).toContain(`>${values.join(', ')}</text>`);
    expect(svg.match(/class="arrow (values|order|link)" d="M[\d.]+ [\d.]+C/g)).toHaveLength(arrows.length);
    expect(svg).toContain('takes cart, customer');
    expect(svg).toContain('gives receipt, parcel');
    expect(svg).toContain('link that decides');
    expect(svg).not.toContain('removed</text>');
    expect(unbalanced(svg)).toEqual([]);
    expect(unbalanced(svg.replace('</g>', ''))).not.toEqual([]);
  });

  test('is the same text for the same flow, another one for another, and knows no time, path or version', async () => {
    const svg = await draw([picture], 'svg');
    expect(await draw([picture], 'svg')).toBe(svg);
    const [older] = picturesOf(
      before.flows.filter(({ name }) => name === 'order'),
      FIXTURES,
    ) as [Picture];
    expect(await draw([older], 'svg')).not.toBe(svg);
    expect(svg).not.toMatch(/graphviz|\d{4}-\d\d-\d\d|flows\.ts/i);
  });

  test('is readable on light and dark ground without variables, which some viewers lack', async () => {
    const svg = await draw([picture], 'svg');
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
    expect(svg).not.toContain('var(');
  });

  test('holds names as they are, whatever is in them, and a flow with nothing in it', async () => {
    const empty: Box = { kind: 'flow', id: 'n1', path: 'f/g', label: 'g', choice: false, content: [] };
    const odd: Box = { kind: 'task', id: 'n2', path: 'f/<&">', label: '<&"> \\n 日本', reverts: true };
    const root: Box = { kind: 'flow', id: 'n0', path: 'f', label: 'f', choice: false, content: [empty, odd] };
    const arrows: readonly Arrow[] = [{ from: 'n1', to: 'n2', kind: 'order', values: [] }];
    const svg = await draw([{ drawing: { root, arrows, inputs: [], results: [] }, heading: '', remarks: [] }], 'svg');
    expect(svg).toContain('&#60;&#38;&#34;&#62; \\n 日本</text>');
    expect(svg).toContain('nothing in it');
    expect(unbalanced(svg)).toEqual([]);
  });
});

describe('the picture of two versions', () => {
  const marksIn = ({ drawing }: Picture) =>
    Object.fromEntries(
      boxesIn(drawing.root).flatMap(({ path, mark, notes = [] }) => (mark === undefined ? [] : [[path, [mark, ...notes]]])),
    );
  const EXPECTED = {
    'order/(retry)': ['changed', 'was times(2)', 'safe'],
    'order/reserve': ['changed', 'gives +weight', 'safe'],
    'order/payment/score': ['new', 'safe'],
    'order/payment/review': ['new', 'safe'],
    'order/payment/authorize': ['changed', 'version 1 → 2', 'would strand runs'],
    'order/post': ['removed', 'needs a migration'],
    'order/carrier': ['new', 'would strand runs'],
    'order/carrier/post': ['new', 'safe'],
    'order/carrier/truck': ['new', 'safe'],
    'order/notify/mail': ['changed', 'reads parcel from elsewhere', 'needs a migration'],
    'order/notify/fax': ['removed', 'needs a migration'],
    'order/notify/text': ['new', 'safe'],
  };

  test('marks what is new, gone and changed, says what, and what it means for stored runs', () => {
    const [difference] = differences(flowsBefore, flowsNow) as [Picture];
    expect(marksIn(difference)).toEqual(EXPECTED);
    const marked = arrowsIn(difference.drawing).filter(([, , { mark }]) => mark !== undefined);
    expect(marked.filter(([from]) => from === 'order/reserve').map(([, to, { mark }]) => `${mark} ${to}`)).toEqual([
      'new order/carrier',
      'new order/carrier/post',
      'new order/carrier/truck',
      'removed order/post',
    ]);
    expect(difference.remarks).toContain(
      "would strand runs: 'order/payment/authorize' is version 2 now: runs in which version 1 has begun would be refused",
    );
  });

  test('is the same when the older version is a manifest file', () => {
    const read: readonly FlowManifest[] = parseManifestFile(manifestFile(flowsBefore));
    expect(differences(read, flowsNow)).toEqual(differences(flowsBefore, flowsNow));
  });

  test('tells its marks without colour in each language', async () => {
    const pictures = differences(flowsBefore, flowsNow);
    const mermaid = await draw(pictures, 'mermaid');
    expect(mermaid).toContain('["+ score<br/>safe"]');
    expect(mermaid).toContain('["− post<br/>needs a migration"]');
    expect(mermaid).toContain('class n9,n15 removed;');
    const dot = await draw(pictures, 'dot');
    expect(dot).toContain('[label="~ authorize\\nversion 1 → 2\\nwould strand runs", peripheries=2, color="#9a6700"]');
    const svg = await draw(pictures, 'svg');
    for (const words of ['+ score', '− fax', '~ authorize', 'would strand runs', '− removed']) expect(svg).toContain(`>${words}</text>`);
    expect(svg.match(/class="outline"/g)).toHaveLength(5);
  });

  test('is none for a flow that did not change; all of a new or lost one is new or gone', () => {
    expect(differences(flowsNow, flowsNow)).toEqual([]);
    const [fresh] = differences([], flowsNow) as [Picture];
    expect(new Set(boxesIn(fresh.drawing.root).map(({ mark }) => mark))).toEqual(new Set(['new']));
    const [lost] = differences(flowsBefore, []) as [Picture];
    expect(new Set(boxesIn(lost.drawing.root).map(({ mark }) => mark))).toEqual(new Set(['removed']));
    expect(lost.remarks).toEqual(["would strand runs: flow 'order' is gone: nobody could go on with its runs"]);
  });
});

test('a manifest is drawn like the flow itself, whatever the flow', () => {
  const boxes = ({ root }: Drawing) =>
    boxesIn(root).flatMap((box) => {
      // Flows with nothing in them are not in manifests.
      const isEmpty = box.kind === 'flow' && leavesIn(box).length === 0;
      const label = box.label.replace(/\((switch|when)\b/, '(choice');
      return isEmpty ? [] : [{ ...box, id: '', content: [], label }];
    });
  let arrows = 0;
  const same = (flow: PresentFlow): void => {
    const [own, read] = [drawingOf(flow.definition), drawingOfManifest(flow.manifest)];
    expect(arrowsIn(read)).toEqual(arrowsIn(own));
    expect(boxes(read)).toEqual(boxes(own));
    arrows += own.arrows.length;
  };
  for (const flow of [...flowsBefore, ...flowsNow]) same(flow);
  fc.assert(
    fc.property(plans, ({ before: plan }) => {
      const flow = flowOf(plan, new Life());
      fc.pre(flow !== undefined);
      if (flow !== undefined && boxesIn(drawingOf(presentOf(flow).definition).root).every((box) => leavesIn(box).length > 0))
        same(presentOf(flow));
    }),
    { numRuns: 300 },
  );
  expect(arrows).toBeGreaterThan(100);
});

function leavesIn(box: Box): readonly Box[] {
  return boxesIn(box).filter(({ kind }) => kind !== 'flow');
}

test('the pictures in the documentation are shown there', () => {
  const [checker, upgrade] = ['checker', 'upgrade'].map((name) => readFileSync(join(import.meta.dirname, `../../docs/${name}.md`), 'utf8'));
  expect(checker).toContain('(pictures/order.svg)');
  expect(upgrade).toContain('(pictures/order-changes.svg)');
});
