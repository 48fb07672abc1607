import { isSameSource, mayBeAbsent, type StoredAtom, type StoredFlow, type StoredValues, whyMissing } from '#compilation';
import type { Change, Say } from './change.js';
import type { DeciderRead, Need, PresentFlow } from './project-manifest.js';
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
    ...now.deciderReads.flatMap((read) => unreadable(read, compared, say)),
  ];
}

interface Compared {
  readonly then: StoredFlow;
  readonly pathOf: (atom: number) => string;
}

function missing(path: string, { input, source }: Need, reader: StoredAtom | undefined, compared: Compared, say: Say): readonly Change[] {
  const reason = whyMissing(source, storedOnTheWay(compared));
  if (reason !== undefined) return [say('strands', path, `'${path}' needs '${input}' ${reason}`)];
  if (reader === undefined || whyMissing(source, storedBefore(reader, compared)) === undefined) return [];
  const needs = `'${path}' needs '${input}' now, which may not be stored in runs in which it has begun`;
  if (reader.reverts || reader.kind === 'retry') return [say('strands', path, `${needs}: those would be refused`)];
  return [say('migration', path, `${needs}: let runs that are in the middle of it end first`)];
}

/** What runs have stored that have not come to the reader, wherever else they are. Each branch may be the one that ran. */
function storedOnTheWay({ then, pathOf }: Compared): StoredValues {
  return {
    input: (name) =>
      then.inputs.has(name)
        ? undefined
        : `from the inputs, where nothing read it before: runs that were not given '${name}' would be refused`,
    output(atom, output) {
      const provider = pathOf(atom);
      const before = then.atoms.get(provider);
      if (before === undefined) return undefined;
      if (!before.gives.has(output))
        return `from '${provider}', which did not give '${output}' before: runs in which that has run would be refused`;
      return maySkip(then, provider) ? `from '${provider}', which may have been skipped: such runs would be refused` : undefined;
    },
    branch: (reasons) => reasons.find((reason) => reason !== undefined),
  };
}

/** What runs had certainly stored when this reader began. */
function storedBefore({ path }: StoredAtom, { then, pathOf }: Compared): StoredValues {
  const perhaps = 'its provider may not have run';
  return {
    input: () => undefined,
    output: (atom) => (then.atoms.has(pathOf(atom)) && wasBefore(then, pathOf(atom), path) ? undefined : perhaps),
    branch: () => perhaps,
  };
}

/** Who decides is asked before its node begins, with what is stored by then. */
function unreadable({ path, value, source, from }: DeciderRead, compared: Compared, say: Say): readonly Change[] {
  const { then, pathOf } = compared;
  const who = `what decides about '${path}'`;
  if (source.from === 'input') {
    if (then.inputs.has(source.name)) return [];
    return [
      say('migration', path, `${who} reads '${value}' from the inputs, where nothing read it before: runs may not have been given it`),
    ];
  }
  if (mayBeAbsent(source)) return [];
  const reason = whyMissing(source, storedOnTheWay(compared));
  if (reason === undefined || (source.from === 'atom' && couldRead(path, pathOf(source.atom), source.output, from, then))) return [];
  return [say('strands', path, `${who} needs '${value}' ${reason}`)];
}

/** Whether the same question was asked of the same value before. */
function couldRead(path: string, provider: string, output: string, from: string | undefined, { flows, atoms }: StoredFlow): boolean {
  if (from === undefined) {
    const reads = [...(flows.get(path)?.reads.values() ?? [])];
    return reads.some((read) => isSameSource(read, { from: 'atom', path: provider, output }));
  }
  const [graph, to] = [path.slice(0, path.lastIndexOf('/')), path.slice(path.lastIndexOf('/') + 1)];
  const link = flows.get(graph)?.links.find((one) => one.from === from && one.to === to);
  return link?.decides === true && atoms.get(provider)?.gives.has(output) === true;
}
