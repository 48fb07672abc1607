import { readFileSync } from 'node:fs';
import { type App, file, flowproof, isFlowproofError } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import type pg from 'pg';
import { type Effect, judgeRun, type RunRecord, repeatsOf } from './judge.js';
import { judgeTables, lossesOf, rowsOf, type Totals, totalsOf } from './ledger.js';
import { logLedger } from './log-ledger.js';
import type { Task } from './worker-spec.js';

export interface EndedRun {
  readonly task: Task;
  readonly result: unknown;
}

/** What is left of a soak when everybody has gone. */
export interface Evidence {
  readonly url: string;
  readonly database: pg.Pool;
  readonly effectFiles: readonly string[];
  readonly ended: readonly EndedRun[];
  readonly volume?: { readonly directory: string; readonly effectFiles: readonly string[]; readonly ended: readonly EndedRun[] };
}

export interface Verdict {
  readonly complaints: readonly string[];
  readonly totals: Totals;
  readonly effects: { readonly calls: number; readonly repeated: number; readonly rows: number };
  readonly volume?: { readonly steps: number; readonly takeovers: number };
}

/** Runs of one kind have one reference. */
export function referenceOf(flow: string, n: number): string {
  return `reference-${flow}-${n}`;
}

export async function judgeAll({ url, database, effectFiles, ended, volume }: Evidence): Promise<Verdict> {
  const rows = await rowsOf(database);
  const calls = effectFiles.flatMap(effectsIn);
  const losses = await lossesOf(database);
  const tables = await recordsOf({ persistence: postgres(url), ended, losses, calls, rows });
  const references = new Map(tables.records.map((record) => [record.id, record]));
  const complaints = [...(await judgeTables(database)), ...tables.complaints];
  const records = [...tables.records];
  const verdict = { totals: await totalsOf(database) };
  let onVolume: Verdict['volume'];
  let callsOnVolume: readonly Effect[] = [];
  if (volume !== undefined) {
    const { directory } = volume;
    callsOnVolume = volume.effectFiles.flatMap(effectsIn);
    // Opened in good order, and then read without the store.
    const opening = flowproof({ persistence: file(directory), flows: [], recover: false });
    await opening.ready().catch((error: unknown) => complaints.push(`the volume can't be opened: ${String(error)}`));
    await opening.stop();
    const ledger = logLedger(directory);
    const kept = await recordsOf({
      persistence: file(directory),
      ended: volume.ended,
      losses: ledger.losses,
      calls: callsOnVolume,
      rows: [],
    });
    complaints.push(...[...ledger.complaints, ...kept.complaints].map((one) => `volume: ${one}`));
    records.push(...kept.records);
    onVolume = { steps: ledger.steps, takeovers: ledger.takeovers };
  }
  let repeated = 0;
  for (const record of records) {
    const reference = references.get(record.kind);
    complaints.push(...(reference === undefined ? [`run ${record.id} has no reference`] : judgeRun(record, reference)));
    if (reference !== undefined && record.isGone !== true) repeated += repeatsOf(record, reference);
  }
  const effects = { calls: calls.length + callsOnVolume.length, repeated, rows: rows.length };
  return { complaints, effects, ...verdict, ...(onVolume === undefined ? {} : { volume: onVolume }) };
}

interface Kept {
  readonly persistence: Parameters<typeof flowproof>[0]['persistence'];
  readonly ended: readonly EndedRun[];
  readonly losses: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly calls: readonly Effect[];
  readonly rows: readonly Effect[];
}

/** What a store keeps of each run whose end somebody was told. */
async function recordsOf({ persistence, ended, losses, calls, rows }: Kept) {
  const complaints: string[] = [];
  const records: RunRecord[] = [];
  const [callsByRun, rowsByRun] = [byRun(calls), byRun(rows)];
  const app = flowproof({ persistence, flows: [], recover: false });
  await inTurns(ended, 8, async ({ task, result }) => {
    const { id, flow, n } = task;
    const known = { id, kind: referenceOf(flow, n), result, calls: callsByRun.get(id) ?? [], rows: rowsByRun.get(id) ?? [] };
    try {
      const found = await inspected(app, task);
      if (found === undefined) return void records.push({ ...known, isGone: true, atoms: [], losses: new Map() });
      const said = (result as { readonly state: string }).state;
      if (found.state !== said) complaints.push(`run ${id}: its journal says ${found.state}, its engine said ${said}`);
      records.push({ ...known, atoms: found.atoms, losses: losses.get(id) ?? new Map() });
    } catch (error) {
      complaints.push(`run ${id} can't be read: ${String(error)}`);
    }
  });
  await app.stop();
  return { complaints, records };
}

/** @returns nothing for one that was removed, as it may be */
async function inspected(app: App<readonly []>, { id, logbook }: Task) {
  try {
    return await app.inspect(id);
  } catch (error) {
    if (logbook !== undefined && isFlowproofError(error, 'RUN_NOT_FOUND')) return undefined;
    throw error;
  }
}

function effectsIn(path: string): readonly Effect[] {
  try {
    const lines = readFileSync(path, 'utf8').trimEnd();
    return lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line) as Effect);
  } catch (error) {
    // An engine that called nothing left nothing.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function byRun(effects: readonly Effect[]): ReadonlyMap<string, readonly Effect[]> {
  const runs = new Map<string, Effect[]>();
  for (const effect of effects) {
    const known = runs.get(effect.run);
    if (known === undefined) runs.set(effect.run, [effect]);
    else known.push(effect);
  }
  return runs;
}

async function inTurns<Item>(items: readonly Item[], width: number, work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
