import { compile } from '#compilation';
import { foldRun, runOf, SealedRunError } from '#engine';
import { jsonCodec } from '#model/codec/json-codec.js';
import { IncompatibleFlowError } from '#model/errors.js';
import type { Finding, Related } from '../findings/finding.js';
import type { Change } from '../manifest/index.js';
import type { ReadStore } from '../stores/index.js';
import { findingsOf, type PresentCode } from './findings.js';

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
export async function judgedRuns(store: ReadStore, here: PresentCode): Promise<readonly Finding[]> {
  const { journal } = store;
  try {
    const refused = new Map<string, Refused[]>();
    const unjudged = new Map<string, Unjudged>();
    for (let before: string | undefined; ; ) {
      const page = await journal.runs({ states: UNFINISHED, ...(before === undefined ? {} : { before }) });
      for (const { runId, key, flow } of page.runs) {
        const report = unjudgeable(flow, here) ?? (await reportOn(flow, here, await journal.load(runId, { raw: true })));
        if (typeof report === 'string') {
          const { keys } = unjudged.get(`${report} ${flow}`) ?? { keys: [] };
          unjudged.set(`${report} ${flow}`, { why: report, flow, keys: [...keys, key] });
        } else if (report.length > 0) refused.set(flow, [...(refused.get(flow) ?? []), { key, report }]);
      }
      if (page.next === undefined) break;
      before = page.next;
    }
    return [
      ...[...refused].map(([flow, runs]) => findingFor(flow, runs, here)),
      ...findingsOf([...unjudged.values()].map(changeFor), here),
    ];
  } finally {
    await store.close();
  }
}

/** Runs of which nothing can be said, and why. */
interface Unjudged {
  readonly why: keyof typeof UNJUDGED;
  readonly flow: string;
  readonly keys: readonly string[];
}

const UNJUDGED = {
  sealed: (flow: string, keys: string) =>
    `flow '${flow}' has runs that can't be judged without their keys, ${keys}: their state is encrypted`,
  made: (flow: string, keys: string) =>
    `a factory makes flow '${flow}' from the args of each run, so these can't be judged here: ${keys}. Whoever goes on with one refuses what does not fit, and changes nothing`,
  partial: (flow: string, keys: string) =>
    `flow '${flow}' is known only in part here, so its runs can't be judged: ${keys}. Notes (NOT_STATIC) say what is unknown`,
};

/** Of what is not known as a whole no run can be judged. */
function unjudgeable(name: string, { flows, made }: PresentCode): Unjudged['why'] | undefined {
  if (made.has(name)) return 'made';
  return flows.find((flow) => flow.name === name)?.known === false ? 'partial' : undefined;
}

async function reportOn(
  name: string,
  { flows }: PresentCode,
  loaded: Parameters<typeof foldRun>[0] | undefined,
): Promise<readonly string[] | 'sealed'> {
  if (loaded === undefined) return [];
  const flow = flows.find((one) => one.name === name);
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

function changeFor({ why, flow, keys }: Unjudged): Change {
  return { verdict: 'migration', flow, path: flow, message: UNJUDGED[why](flow, named(keys)) };
}

function named(keys: readonly string[]): string {
  const more = keys.length > NAMED ? ` and ${keys.length - NAMED} more` : '';
  return `${keys
    .slice(0, NAMED)
    .map((key) => `'${key}'`)
    .join(', ')}${more}`;
}

function findingFor(flow: string, runs: readonly Refused[], here: PresentCode): Finding {
  const keys = named(runs.map(({ key }) => key));
  const message = `flow '${flow}' would strand ${runs.length} unfinished run${runs.length === 1 ? '' : 's'}: ${keys}`;
  const [finding] = findingsOf([{ verdict: 'strands', flow, path: flow, message }], here) as [Finding];
  const related = runs
    .slice(0, NAMED)
    .flatMap(({ key, report }) => report.map((why): Related => ({ place: finding.place, message: `${key}: ${why}` })));
  return { ...finding, related };
}
