import type { Arrow, Box, Drawing, FlowBox, Mark } from '#compilation';

/** What is said of a box that is in one version only, or in both. */
export type Remark = (path: string, box: Box, sides: { readonly before: Box | undefined; readonly now: Box | undefined }) => RemarkOn;

export interface RemarkOn {
  readonly mark: Mark | undefined;
  readonly notes: readonly string[];
}

/** One drawing of both versions: boxes are the same if their paths are. */
export function merged(before: Drawing | undefined, now: Drawing | undefined, remark: Remark): Drawing {
  const ids = new Map<string, string>();
  const root = mergedBox(before?.root, now?.root, (path, box, sides) => {
    ids.set(path, `n${ids.size}`);
    return remark(path, box, sides);
  });
  const numbered = (box: Box): Box => {
    const id = ids.get(box.path) ?? box.path;
    return box.kind === 'flow' ? { ...box, id, content: box.content.map(numbered) } : { ...box, id };
  };
  return {
    root: numbered(root),
    arrows: mergedArrows(before, now).map((arrow) => ({ ...arrow, from: ids.get(arrow.from) ?? '', to: ids.get(arrow.to) ?? '' })),
    ...(now === undefined
      ? { inputs: before?.inputs ?? [], results: before?.results ?? [] }
      : { inputs: now.inputs, results: now.results }),
  };
}

/** As it is now; what is gone stands after what it stood after. */
function mergedBox(before: Box | undefined, now: Box | undefined, remark: Remark): Box {
  const box = now ?? before;
  if (box === undefined) throw new Error('one of both versions has the box');
  const { mark, notes } = remark(box.path, box, { before, now });
  const remarks = { ...(mark === undefined ? {} : { mark }), ...(notes.length === 0 ? {} : { notes }) };
  if (box.kind !== 'flow') return { ...box, ...remarks };
  const [then, here] = [contentOf(before), contentOf(now)];
  const order = here.map(({ path }) => path);
  for (const [index, { path }] of then.entries()) {
    if (order.includes(path)) continue;
    const previous = then[index - 1];
    order.splice(previous === undefined ? 0 : order.indexOf(previous.path) + 1, 0, path);
  }
  const find = (content: readonly Box[], path: string) => content.find((one) => one.path === path);
  return { ...box, ...remarks, content: order.map((path) => mergedBox(find(then, path), find(here, path), remark)) };
}

function contentOf(box: Box | undefined): FlowBox['content'] {
  return box?.kind === 'flow' ? box.content : [];
}

/** Arrows by paths. */
function mergedArrows(before: Drawing | undefined, now: Drawing | undefined): readonly Arrow[] {
  const [then, here] = [arrowsByPath(before), arrowsByPath(now)];
  // Without the other version everything is new or gone: its boxes say so.
  if (before === undefined || now === undefined) return [...then.values(), ...here.values()];
  const pairs = new Set([...here.values()].map(({ from, to }) => `${from}\n${to}`));
  const gone = [...then].filter(([key, { kind, from, to }]) => !here.has(key) && (kind !== 'order' || !pairs.has(`${from}\n${to}`)));
  return [
    ...[...here].map(([key, arrow]) => changed(then.get(key), arrow)),
    ...gone.map(([, arrow]): Arrow => ({ ...arrow, mark: 'removed' })),
  ];
}

function changed(before: Arrow | undefined, now: Arrow): Arrow {
  if (before === undefined) return { ...now, mark: 'new' };
  const values = [
    ...now.values.map((name) => (before.values.includes(name) ? name : `+${name}`)),
    ...before.values.filter((name) => !now.values.includes(name)).map((name) => `−${name}`),
  ];
  const same = before.decides === now.decides && values.every((name, index) => name === now.values[index]);
  return same ? now : { ...now, values, mark: 'changed' };
}

function arrowsByPath(drawing: Drawing | undefined): ReadonlyMap<string, Arrow> {
  if (drawing === undefined) return new Map();
  const paths = new Map<string, string>();
  const visit = (box: Box): void => {
    paths.set(box.id, box.path);
    if (box.kind === 'flow') for (const one of box.content) visit(one);
  };
  visit(drawing.root);
  return new Map(
    drawing.arrows.map((arrow) => {
      const [from, to] = [paths.get(arrow.from) ?? '', paths.get(arrow.to) ?? ''];
      return [JSON.stringify([from, to, arrow.kind]), { ...arrow, from, to }];
    }),
  );
}
