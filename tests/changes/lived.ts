import { compare } from '../../compiler/manifest/index.js';
import { flowDefinitionOf } from '../../src/authoring/index.js';
import { compile, storedFlow } from '../../src/compilation/index.js';
import type { AnyFlow } from '../../src/index.js';
import { presentOf } from '../compiler/present.js';
import { type History, type Shift, TO_THE_END } from './history.js';
import { Life } from './life.js';
import type { View } from './observer.js';
import { flowOf } from './plan-flows.js';
import type { Plan } from './plans.js';
import { wrongAtRest, wrongBetween } from './statement.js';
import { inMemory, type Where } from './where.js';
import { type End, Worker } from './worker.js';

/** How often what matters was met: a property that meets nothing holds always. */
export const nothingMet = () => ({
  shifts: 0,
  changes: 0,
  safe: 0,
  refused: 0,
  compared: 0,
  retried: 0,
  lost: 0,
  frozen: 0,
  resets: 0,
  skipped: 0,
  revived: 0,
  ends: {} as Record<string, number>,
});
export type Met = ReturnType<typeof nothingMet>;

/** A version of the flow, as its author wrote it and as it is built. */
interface Version {
  readonly plan: Plan;
  readonly flow: AnyFlow;
  readonly fingerprint: string;
}

/** So often a run may have to be asked again until it ends. */
const MAX_SHIFTS = 30;
const ENDED = ['SUCCESS', 'REVERTED', 'CANCELLED'];

/**
 * Lets a run live through the versions of its flow, and gives what was wrong.
 *
 * @param first the shift of the process that begins it
 * @returns also whether that process died: if not, the run needed no more writes
 */
export async function lived(
  { plans, shifts }: History,
  first: Shift,
  met: Met,
  where: Where = inMemory(),
): Promise<{ wrong: readonly string[]; died: boolean }> {
  const life = new Life();
  const versions = plans.flatMap((plan): Version[] => {
    const flow = flowOf(plan, life);
    return flow === undefined ? [] : [{ plan, flow, fingerprint: flow.compile().fingerprint }];
  });
  let [adopted] = versions;
  if (adopted === undefined) return { wrong: [], died: false };
  const worker = new Worker(where, life);
  const wrong: string[] = [];
  const work = async (then: Version, now: Version, shift: Shift, had?: readonly Version[]): Promise<Went> => {
    const went = await shiftOf(worker, life, then, now, shift, met, had);
    wrong.push(...went.wrong, ...(await worker.awakens()));
    return went;
  };
  let had = new Set<Version>();
  let died = false;
  for (const [index, version] of versions.entries()) {
    const shift = index === 0 ? first : (shifts[index] ?? TO_THE_END);
    const before = await worker.look();
    const begins = await beginsAnew(worker, shift, before, adopted, version, met);
    wrong.push(...begins.wrong);
    if (begins.anew !== undefined) [adopted, had] = [begins.anew, new Set()];
    else if (before !== undefined && isOver(before, shift)) continue;
    had.add(adopted);
    const went = await work(adopted, version, shift, [...had]);
    if (index === 0) died = went.died;
    adopted = went.adopted;
    // Refused: the version that the run has must do.
    if (went.refused) await work(adopted, adopted, shift);
  }
  for (let left = MAX_SHIFTS; left >= 0 && wrong.length === 0; left--) {
    const before = await worker.look();
    if (before === undefined || isAtEnd(before)) break;
    if (left === 0) wrong.push(`it is ${before.state} after ${MAX_SHIFTS} shifts`);
    await work(adopted, adopted, TO_THE_END);
  }
  const { state = 'nothing' } = (await worker.look()) ?? {};
  met.ends[state] = (met.ends[state] ?? 0) + 1;
  if (life.blind.length > 0) wrong.push(`asked about values that were not there: ${life.blind.join('; ')}`);
  await worker.ends();
  return { wrong: [...wrong, ...life.wrong], died };
}

/** An operator lets it begin anew, with the code of before or of now. @returns the version that it has then, if it was so */
async function beginsAnew(
  worker: Worker,
  { resets }: Shift,
  before: View | undefined,
  then: Version,
  now: Version,
  met: Met,
): Promise<{ readonly wrong: readonly string[]; readonly anew?: Version }> {
  if (resets === 'no' || before === undefined || before.state === 'RUNNING') return { wrong: [] };
  const version = resets === 'then' ? then : now;
  await worker.resets(version.flow);
  met.resets++;
  const after = await worker.look();
  const left =
    after?.atoms.filter(({ state }) => state !== 'PENDING').map(({ path, state }) => `it was reset, and ${path} is ${state}`) ?? [];
  const isAsIs = after?.state === 'PENDING' && after.fingerprint === version.fingerprint;
  return { wrong: isAsIs ? left : [`it was reset, and is ${after?.state}`, ...left], anew: version };
}

/** It has ended, and in this shift nobody brings it back. */
function isOver(view: View, { helps }: Shift): boolean {
  return isAtEnd(view) && view.state !== 'SUCCESS' && !(view.state === 'FAILURE' && helps === 'retryFailed');
}

function isAtEnd({ state, atoms }: View): boolean {
  return ENDED.includes(state) || (state === 'FAILURE' && atoms.every((atom) => atom.state !== 'REVERT_FAILURE'));
}

interface Went {
  readonly wrong: readonly string[];
  readonly adopted: Version;
  readonly refused: boolean;
  readonly died: boolean;
}

async function shiftOf(
  worker: Worker,
  life: Life,
  then: Version,
  now: Version,
  shift: Shift,
  met: Met,
  had: readonly Version[] = [then],
): Promise<Went> {
  const before = await worker.look();
  const asked = life.asks.length;
  const { end, retried, lost } = await worker.works(now.flow, shift, before);
  const after = await worker.look();
  const isAdopted = after === undefined || after.fingerprint === now.fingerprint;
  const wrong = [...wrongVerdict(then, now, end, met, had)];
  met.shifts++;
  if (lost) met.lost++;
  if (end.kind === 'frozen') met.frozen++;
  if (before?.state === 'FAILURE' && shift.helps === 'skipRevert' && !isAtEnd(before)) met.skipped++;
  if (before?.state === 'FAILURE' && isAtEnd(before)) met.revived++;
  if (end.kind === 'failed') wrong.push(end.why);
  if (end.kind === 'lost') wrong.push('it has lost the run, and nobody else has it');
  if (end.kind === 'refused' && JSON.stringify(before) !== JSON.stringify(after)) wrong.push('it was refused, and changed');
  if (end.kind !== 'refused' && !retried && before !== undefined && after !== undefined && isAdopted) {
    met.compared++;
    wrong.push(...wrongBetween(before, then.plan, after, now.plan, life.asks.slice(asked)));
  }
  if (retried) met.retried++;
  if (end.kind === 'result' && after !== undefined) wrong.push(...wrongAtRest(after, end.result, now.plan, life, providersIn(now.flow)));
  return {
    wrong: wrong.map((one) => `${one} (${before?.state ?? 'begun'}, ${shift.until} ${shift.at})`),
    adopted: isAdopted ? now : then,
    refused: end.kind === 'refused',
    died: end.kind === 'died',
  };
}

/**
 * What the upgrade check says before a deploy, and what happens then.
 *
 * @param had all versions that the run has had: what one of them did not store is not there, though the last one would
 */
function wrongVerdict(then: Version, now: Version, end: End, met: Met, had: readonly Version[]): readonly string[] {
  if (then.fingerprint === now.fingerprint)
    return end.kind === 'refused' ? [`nothing changed, and it is refused: ${end.report.join()}`] : [];
  const changes = had.flatMap(({ flow }) => compare([presentOf(flow)], [presentOf(now.flow)]));
  const isSafe = changes.every(({ verdict }) => verdict === 'safe');
  met.changes++;
  if (isSafe) met.safe++;
  if (end.kind !== 'refused') return [];
  met.refused++;
  if (end.report.length === 0) return ['it is refused without a report'];
  return isSafe ? [`called safe, and refused: ${end.report.join()}`] : [];
}

/** Names of values that are results, and the tasks that give them. */
function providersIn(flow: AnyFlow): ReadonlyMap<string, string> {
  const { atoms } = storedFlow(compile(flowDefinitionOf(flow) as never).manifest);
  return new Map(
    [...atoms.values()].flatMap(({ path, kind, gives }) => (kind === 'task' ? [...gives].map((name) => [name, path] as const) : [])),
  );
}
