type Options = Readonly<Record<string, unknown>>;

/** Options around options, as `use` within `use` or within `.add` has them: the outer ones speak in the inner one's names. */
export function composeOptions(inner: Options, outer: Options): Options {
  const rebind: Record<string, unknown> = renamed(entriesOf(inner.rebind), entriesOf(outer.rebind));
  const inject: Record<string, unknown> = Object.fromEntries(entriesOf(inner.inject));
  for (const [name, constant] of entriesOf(outer.inject)) {
    const inputs = Object.keys(rebind).filter((input) => own(inner.rebind, input) === name);
    for (const input of inputs) delete rebind[input];
    for (const input of inputs.length === 0 ? [name] : inputs) inject[input] = constant;
  }
  return { ...inner, ...outer, rebind, inject, provides: renamed(entriesOf(inner.provides), entriesOf(outer.provides)) };
}

/** `in → one` and `one → two` make `in → two`. */
function renamed(inner: readonly [string, unknown][], outer: readonly [string, unknown][]): Record<string, unknown> {
  const next = new Map(outer);
  const through = new Set(inner.map(([, name]) => name));
  return Object.fromEntries([
    ...outer.filter(([name]) => !through.has(name)),
    ...inner.map(([name, middle]) => [name, next.has(middle as string) ? next.get(middle as string) : middle] as const),
  ]);
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function own(value: unknown, key: string): unknown {
  return entriesOf(value).find(([name]) => name === key)?.[1];
}
