import type { Port } from '../../authoring/index.js';
import type { CompiledFlow, SelectSource, Source } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';
import type { Failure } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import type { RunStatus } from './run-status.js';

/** A run as its state says it, with the flow whose atoms it speaks of. */
export interface RunView {
  readonly flow: CompiledFlow;
  readonly status: RunStatus;
}

/** The same, with what its values are decoded by. */
export interface ReadableRun extends RunView {
  readonly codec: Codec;
}

/**
 * The inputs of a call, as the journal has them.
 *
 * @param path of whoever is called
 * @throws Error when a value that must be there is not: that is the atom's failure (D-8)
 */
export function inputsOf(
  run: ReadableRun,
  path: string,
  ports: readonly Port[],
  sources: Readonly<Record<string, Source>>,
): Record<string, Json> {
  const inputs: Record<string, Json> = {};
  for (const { name, optional } of ports) {
    const source = sources[name];
    const stored = source === undefined ? undefined : storedValue(run, source, run.codec);
    if (stored !== undefined) inputs[name] = stored;
    else if (!optional || hasSelection(source)) throw absent(path, name);
  }
  return inputs;
}

function absent(path: string, name: string): Error {
  const error = new Error(`'${path}' needs '${name}', which was not produced`);
  return Object.assign(error, ABSENT);
}

const ABSENT = { name: 'TaskContractError', code: 'VALUE_ABSENT' } as const;

/** Whether this says that a call could not be made, because a value was not there. */
export function isOfMissingValue(failure: Failure | undefined): boolean {
  return failure?.name === ABSENT.name && failure.code === ABSENT.code;
}

/** What a source holds in the journal, if it holds anything. */
export function storedValue(run: RunView, source: Source, codec: Codec): Json | undefined {
  switch (source.from) {
    case 'input':
      return ownEntry(run.status.creation.inputs, source.name);
    case 'constant':
      return codec.encode(run.flow.constant(source.node, source.input));
    case 'atom':
      return outputOf(run.status, source.atom, source.output);
    case 'branch':
      if (source.select !== undefined) return selectedValue(run, source.select, codec);
      for (const branch of source.of) {
        const stored = storedValue(run, branch, codec);
        if (stored !== undefined) return stored;
      }
      return undefined;
  }
}

/** By a rule that was brought with the flow: see `Semantics`. */
function selectedValue(run: RunView, select: SelectSource, codec: Codec): Json | undefined {
  const selected = select({
    isOpen: (source) => !isAbsent(run, source),
    hasValue: (source) => storedValue(run, source, codec) !== undefined,
  });
  return selected === undefined ? undefined : storedValue(run, selected, codec);
}

function hasSelection(source: Source | undefined): boolean {
  return source?.from === 'branch' && source.select !== undefined;
}

function isAbsent({ status }: Pick<RunView, 'status'>, source: Source): boolean {
  if (source.from === 'input') return !Object.hasOwn(status.creation.inputs, source.name);
  return source.from === 'atom' && status.atoms[source.atom]?.state === 'IGNORE';
}

/** One output of a task, as long as its result stands. */
function outputOf(status: RunStatus, atom: number, output: string): Json | undefined {
  const result = status.atoms[atom]?.result;
  return result === undefined ? undefined : ownEntry(result as Readonly<Record<string, Json>>, output);
}

function ownEntry(record: Readonly<Record<string, Json>>, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
