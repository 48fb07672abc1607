import type { Source } from '../../compilation/index.js';
import { toFailure } from '../../model/failure.js';
import type { Run } from '../decide/step.js';
import type { Answer } from '../state/protocol.js';
import { isSkipped } from '../state/run-status.js';
import { storedValue } from '../state/values.js';

/** Asks a decider of the user; what it throws is told, too. */
export async function askDecider(run: Run, index: number): Promise<Answer> {
  try {
    const decider = run.flow.deciders?.[index];
    if (decider === undefined) throw new Error(`there is no decider ${index}`);
    const told = decider.source === undefined ? valuesOf(run, decider.reads) : historyOf(run, index);
    return { answer: await decider.decide(told) };
  } catch (thrown) {
    return { answer: undefined, failure: toFailure(thrown) };
  }
}

/** What each source of a link to the same target gave; those that were skipped are left out. */
function historyOf(run: Run, index: number): Record<string, Record<string, unknown>> {
  const deciders = run.flow.deciders ?? [];
  const asked = deciders[index];
  const history: Record<string, Record<string, unknown>> = {};
  for (const { entry, target, source } of deciders) {
    if (source === undefined || entry !== asked?.entry || target !== asked.target || isSkipped(run.status, source)) continue;
    history[source.node] = valuesOf(run, asked.history[source.node] ?? {});
  }
  return history;
}

function valuesOf(run: Run, sources: Readonly<Record<string, Source>>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, source] of Object.entries(sources)) {
    const stored = storedValue(run, source, run.codec);
    if (stored !== undefined) values[name] = run.codec.decode(stored);
  }
  return values;
}
