import { isSameSource, type StoredAtom, type StoredFlow } from '#compilation';
import type { Change, Say } from './change.js';
import type { Need, PresentFlow, Told } from './project-manifest.js';
import { maySkip, wasBefore } from './stored-order.js';

/** Values that runs of before may not have stored where somebody needs them now. */
export function missingValues(then: StoredFlow, here: StoredFlow, now: PresentFlow, say: Say): readonly Change[] {
  const paths = [...here.atoms.keys()];
  const compared = { then, pathOf: (atom: number) => paths[atom] ?? '' };
  return [
    ...[...now.needs].flatMap(([path, needs]) => {
      const before = then.atoms.get(path);
      const undone = before?.reverts === true || here.atoms.get(path)?.reverts === true;
      const inputs = here.atoms.get(path)?.inputs;
      const other = needs.filter(({ input }) => before === undefined || !isSameSource(before.inputs.get(input), inputs?.get(input)));
      return other.flatMap((need) => missing(path, need, before && { ...before, reverts: undone }, compared, say));
    }),
    ...now.told.flatMap((told) => untold(told, compared, say)),
  ];
}

interface Compared {
  readonly then: StoredFlow;
  readonly pathOf: (atom: number) => string;
}

function missing(path: string, { input, source }: Need, reader: StoredAtom | undefined, compared: Compared, say: Say): readonly Change[] {
  const trouble = troubleWith(source, compared);
  if (trouble !== undefined) return [say('strands', path, `'${path}' needs '${input}' ${trouble}`)];
  if (reader === undefined || isThere(source, reader, compared)) return [];
  const needs = `'${path}' needs '${input}' now, which may not be stored in runs in which it has begun`;
  if (reader.reverts || reader.kind === 'retry') return [say('strands', path, `${needs}: those would be refused`)];
  return [say('migration', path, `${needs}: let runs that are in the middle of it end first`)];
}

/** Why runs that have not come to the reader would not have the value. */
function troubleWith(source: Need['source'], { then, pathOf }: Compared): string | undefined {
  switch (source.from) {
    case 'constant':
      return undefined;
    case 'input':
      return then.inputs.has(source.name)
        ? undefined
        : `from the inputs, where nothing read it before: runs that were not given '${source.name}' would be refused`;
    case 'atom': {
      const provider = pathOf(source.atom);
      const before = then.atoms.get(provider);
      if (before === undefined) return undefined;
      if (!before.gives.has(source.output))
        return `from '${provider}', which did not give '${source.output}' before: runs in which that has run would be refused`;
      return maySkip(then, provider) ? `from '${provider}', which may have been skipped: such runs would be refused` : undefined;
    }
    case 'branch':
      return source.of.map((one) => troubleWith(one, { then, pathOf })).find((trouble) => trouble !== undefined);
  }
}

/** Whether the value was stored whenever this reader had begun. */
function isThere(source: Need['source'], { path }: StoredAtom, { then, pathOf }: Compared): boolean {
  if (source.from === 'input' || source.from === 'constant') return true;
  if (source.from !== 'atom') return false;
  const provider = pathOf(source.atom);
  return then.atoms.has(provider) && wasBefore(then, provider, path);
}

/** Who decides is asked before its node begins, with what is stored by then. */
function untold({ path, value, source, from }: Told, compared: Compared, say: Say): readonly Change[] {
  const { then, pathOf } = compared;
  const who = `what decides about '${path}'`;
  if (source.from === 'input') {
    if (then.inputs.has(source.name)) return [];
    return [
      say('migration', path, `${who} reads '${value}' from the inputs, where nothing read it before: runs may not have been given it`),
    ];
  }
  if (source.from === 'branch' && !source.certain) return [];
  const trouble = troubleWith(source, compared);
  if (trouble === undefined || (source.from === 'atom' && wasTold(path, pathOf(source.atom), source.output, from, then))) return [];
  return [say('strands', path, `${who} needs '${value}' ${trouble}`)];
}

/** Whether the same question was asked of the same value before. */
function wasTold(path: string, provider: string, output: string, from: string | undefined, { flows, atoms }: StoredFlow): boolean {
  if (from === undefined) {
    const reads = [...(flows.get(path)?.reads.values() ?? [])];
    return reads.some((read) => isSameSource(read, { from: 'atom', path: provider, output }));
  }
  const [graph, to] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
  const link = flows.get(graph)?.links.find((one) => one.from === from && one.to === to);
  return link?.decides === true && atoms.get(provider)?.gives.has(output) === true;
}
