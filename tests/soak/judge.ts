/** One call of a task, or one row that it has committed. */
export interface Effect {
  readonly run: string;
  readonly path: string;
  readonly phase: string;
  /** Names the piece of work. */
  readonly key: string;
}

/** All that is known of one run when it has ended. */
export interface RunRecord {
  readonly id: string;
  /** Which flow, with which input: runs of one kind have one reference. */
  readonly kind: string;
  /** What `run` resolved with. */
  readonly result: unknown;
  /** It was removed when it had ended: what its journal said is not known. */
  readonly isGone?: boolean;
  readonly atoms: readonly { readonly path: string; readonly state: string; readonly result?: unknown }[];
  /** How often an engine was lost while this atom was under way, by path. */
  readonly losses: ReadonlyMap<string, number>;
  /** Calls: at least once, and once more for each loss. */
  readonly calls: readonly Effect[];
  /** Rows that were committed with the task's end: exactly once. */
  readonly rows: readonly Effect[];
}

/** What is wrong with a run, beside the same flow with the same input that nobody disturbed. */
export function judgeRun(run: RunRecord, reference: RunRecord): readonly string[] {
  const found: string[] = [];
  const say = (what: string): void => void found.push(`run ${run.id} (${run.kind}): ${what}`);
  const [end, wanted] = [endOf(run.result), endOf(reference.result)];
  if (end !== wanted) say(`it ended with ${end}, its reference with ${wanted}`);
  const [atoms, atomsWanted] = [atomsOf(run), atomsOf(reference)];
  if (atoms !== atomsWanted && run.isGone !== true) say(`its tasks are ${atoms}, those of its reference ${atomsWanted}`);
  for (const place of new Set([...places(run), ...places(reference)])) {
    const calls = perWork(run.calls, place);
    const callsWanted = perWork(reference.calls, place);
    if (calls.length !== callsWanted.length) say(`${place} was ${calls.length} pieces of work, ${callsWanted.length} in its reference`);
    const lost = run.losses.get(place.slice(place.indexOf(' ') + 1)) ?? 0;
    const most = run.isGone === true ? Number.POSITIVE_INFINITY : Math.max(0, ...callsWanted) + lost;
    for (const count of calls) if (count > most) say(`${place} was called ${count} times for one piece of work, ${lost} of them lost`);
    const rows = perWork(run.rows, place);
    const rowsWanted = perWork(reference.rows, place);
    if (rows.length !== rowsWanted.length) say(`${place} has rows of ${rows.length} pieces of work, ${rowsWanted.length} in its reference`);
    for (const count of rows) if (count !== 1) say(`${place} has ${count} rows of one piece of work`);
  }
  return found;
}

/** Calls beyond those of the reference: what was lost, and done again. */
export function repeatsOf(run: RunRecord, reference: RunRecord): number {
  return [...new Set(places(run))].reduce((sum, place) => {
    const wanted = Math.max(1, ...perWork(reference.calls, place));
    return sum + perWork(run.calls, place).reduce((more, count) => more + Math.max(0, count - wanted), 0);
  }, 0);
}

/** What a caller sees, without what tells how often it was tried. A task that was lost when all went back says so. */
function endOf(result: unknown): string {
  const { runId: _, failures, ...rest } = result as { runId: unknown; failures?: readonly FailureOf[] };
  const told = failures?.filter(({ failure }) => failure.code !== 'INTERRUPTED');
  const shown = told?.map(({ path, phase, failure: { name, message } }) => ({ path, phase, name, message }));
  return JSON.stringify({ ...rest, ...(shown === undefined ? {} : { failures: shown }) });
}

interface FailureOf {
  readonly path: string;
  readonly phase: string;
  readonly failure: { readonly name: string; readonly message: string; readonly code?: string };
}

function atomsOf({ atoms }: RunRecord): string {
  return JSON.stringify(atoms.map(({ path, state, result }) => [path, state, result ?? null]));
}

function places({ calls, rows }: RunRecord): readonly string[] {
  return [...calls, ...rows].map(placeOf);
}

function placeOf({ phase, path }: Effect): string {
  return `${phase} ${path}`;
}

/** How often each piece of work at this place was done, in the order of their keys. */
function perWork(effects: readonly Effect[], place: string): readonly number[] {
  const counts = new Map<string, number>();
  for (const effect of effects) if (placeOf(effect) === place) counts.set(effect.key, (counts.get(effect.key) ?? 0) + 1);
  return [...counts.values()];
}
