import { compile } from '#compilation';
import { foldRun, runOf, SealedRunError } from '#engine';
import { IncompatibleFlowError } from '#model/errors.js';
import { jsonCodec } from '#model/json-codec.js';
import type { Finding, Related } from '../findings/finding.js';
import type { Change, PresentFlow } from '../manifest/index.js';
import { findingsOf } from './findings.js';
import type { ReadStore } from './stores.js';

/** Also runs with a failed revert: an operator may have them go on. */
const UNFINISHED = ['PENDING', 'RUNNING', 'SUSPENDED', 'FAILURE'] as const;
/** So many runs are named in a message; the others are counted. */
const NAMED = 5;

/** Why a run would be refused. */
interface Refused {
  readonly key: string;
  readonly report: readonly string[];
}

/**
 * Asks every unfinished run of a store whether it could go on with the flows that are here: by the engine's own
 * judgement. Nothing is written, and no key is needed: what happened to a run is readable where its values are encrypted,
 * unless that is in a snapshot. Closes the store.
 */
export async function judgedRuns(store: ReadStore, flows: readonly PresentFlow[], root: string): Promise<readonly Finding[]> {
  const { journal } = store;
  try {
    const refused = new Map<string, Refused[]>();
    const sealed = new Map<string, string[]>();
    for (let before: string | undefined; ; ) {
      const page = await journal.runs({ states: UNFINISHED, ...(before === undefined ? {} : { before }) });
      for (const { runId, key, flow } of page.runs) {
        const loaded = await journal.load(runId, { raw: true });
        const report =
          loaded === undefined
            ? []
            : await reportOn(
                flows.find(({ name }) => name === flow),
                loaded,
              );
        if (report === 'sealed') sealed.set(flow, [...(sealed.get(flow) ?? []), key]);
        else if (report.length > 0) refused.set(flow, [...(refused.get(flow) ?? []), { key, report }]);
      }
      if (page.next === undefined) break;
      before = page.next;
    }
    return [
      ...[...refused].map(([flow, runs]) => findingFor(flow, runs, flows, root)),
      ...findingsOf([...sealed].map(unjudged), flows, root),
    ];
  } finally {
    await store.close();
  }
}

async function reportOn(flow: PresentFlow | undefined, loaded: Parameters<typeof foldRun>[0]): Promise<readonly string[] | 'sealed'> {
  if (flow === undefined) return ['this code has no flow of that name'];
  try {
    const status = await foldRun(loaded);
    runOf(compile(flow.definition), status, jsonCodec, true);
    return [];
  } catch (error) {
    if (error instanceof IncompatibleFlowError) return error.report;
    if (error instanceof SealedRunError) return 'sealed';
    throw error;
  }
}

function unjudged([flow, keys]: readonly [flow: string, keys: readonly string[]]): Change {
  const message = `flow '${flow}' has runs that can't be judged without their keys, ${named(keys)}: their state is encrypted`;
  return { verdict: 'migration', flow, path: flow, message };
}

function named(keys: readonly string[]): string {
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : '';
  return `${keys
    .slice(0, NAMED)
    .map((key) => `'${key}'`)
    .join(', ')}${more}`;
}

function findingFor(flow: string, runs: readonly Refused[], flows: readonly PresentFlow[], root: string): Finding {
  const keys = named(runs.map(({ key }) => key));
  const message = `flow '${flow}' would strand ${runs.length} unfinished run${runs.length === 1 ? '' : 's'}: ${keys}`;
  const [finding] = findingsOf([{ verdict: 'strands', flow, path: flow, message }], flows, root) as [Finding];
  const related = runs
    .slice(0, NAMED)
    .flatMap(({ key, report }) => report.map((why): Related => ({ place: finding.place, message: `${key}: ${why}` })));
  return { ...finding, related };
}
