import type { RunView } from 'flowproof';
import type { FlowSpec, Segment } from './case.js';
import { encodeFailure, failureValue } from './encoding.js';
import { type BuiltFlow, type Place, providersIn } from './flows.js';
import { byText, type Json, type JsonRecord } from './json.js';

type Shown = RunView['atoms'][number];

/** What a run left in the journal, in the words of TaskFlow's storage. */
export function readBack(view: RunView, { names }: BuiltFlow, spec: FlowSpec): Pick<Segment, 'atoms' | 'results' | 'failures'> {
  const shown = new Map(view.atoms.map((atom) => [names.get(atom.path) ?? atom.path, atom]));
  const ordered = [...shown].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    atoms: Object.fromEntries(ordered.map(([name, atom]) => [name, [atom.state, intentionOf(atom)]])),
    results: resultsIn(view, shown, spec),
    failures: {
      execute: failuresIn(ordered, ({ failure, overcome }) => failure ?? overcome),
      revert: failuresIn(ordered, ({ revertFailure }) => revertFailure),
    },
  };
}

/** What is skipped is meant to be. */
function intentionOf({ state, intention }: Shown): string {
  return state === 'IGNORE' && intention === 'EXECUTE' ? 'IGNORE' : intention;
}

function failuresIn(atoms: readonly (readonly [string, Shown])[], pick: (atom: Shown) => Shown['failure']): JsonRecord {
  return Object.fromEntries(
    atoms.flatMap(([name, atom]) => {
      const failure = pick(atom);
      return failure === undefined ? [] : [[name, { ...encodeFailure(failure) }]];
    }),
  );
}

/**
 * The values that can be fetched by their names: all that are readable where several provide one; none where one
 * of them that ran has no value for it.
 */
function resultsIn(view: RunView, shown: ReadonlyMap<string, Shown>, spec: FlowSpec): JsonRecord {
  const results: Record<string, Json> = {};
  const inputs = view.inputs as JsonRecord;
  const providers = providersIn(spec);
  for (const name of [...new Set([...Object.keys(inputs), ...providers.keys()])].sort()) {
    const values: (Json | undefined)[] = Object.hasOwn(inputs, name) ? [inputs[name]] : [];
    for (const { atom, place } of providers.get(name) ?? []) {
      const view = shown.get(atom);
      if (view !== undefined && view.state !== 'IGNORE') values.push(readable(view, name, place));
    }
    const found = values.filter((value): value is Json => value !== undefined);
    if (found.length === 0 || found.length < values.length) continue;
    results[name] = found.length === 1 ? (found[0] as Json) : { $many: found.sort(byText) };
  }
  return results;
}

/** The failure of a provider that failed stands for its whole result (B-7). */
function readable(atom: Shown, output: string, place: Place): Json | undefined {
  const failure = atom.failure ?? (atom.state === 'PENDING' ? atom.overcome : undefined);
  if (failure !== undefined) return place === undefined ? failureValue(failure) : undefined;
  return READABLE.has(atom.state) ? (atom.result as JsonRecord | undefined)?.[output] : undefined;
}

/** what is undone, or could not be, is read by nobody. */
const READABLE: ReadonlySet<string> = new Set(['SUCCESS', 'FAILURE', 'REVERTING']);
