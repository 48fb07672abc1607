import type { CompiledFlow } from '../compilation/index.js';
import type { Codec } from '../model/codec.js';
import { IncompatibleFlowError, PersistenceError } from '../model/errors.js';
import { canonicalText, type Json } from '../model/json.js';
import type { LoadedRun, RunSummary, Shape } from '../persistence/index.js';
import { decide } from './decide.js';
import type { Decision } from './decision.js';
import { Engine, type EngineParts } from './engine.js';
import { foldEntry } from './fold.js';
import { Frontier } from './frontier.js';
import { newRun, type RunStatus } from './run-state.js';
import type { Run } from './step.js';
import { Writer } from './writer.js';

/** An engine with its first step, which is durable: {@link Engine.drive} goes on from there. */
export interface OpenedRun {
  readonly engine: Engine;
  readonly first: Decision;
}

export interface NewRun {
  /** The user's id; absent: the run's own. */
  readonly key: string | undefined;
  /** Encoded, by name. */
  readonly inputs: { readonly [name: string]: Json };
  readonly inputsHash: string;
  /** The process that will run it. */
  readonly owner: string;
}

/** Begins a run with its first step, unless the key is taken: then nothing is written. */
export async function beginRun(
  flow: CompiledFlow,
  params: NewRun,
  parts: EngineParts,
): Promise<OpenedRun | { readonly exists: RunSummary }> {
  const status = newRun(parts.ids.runId(parts.clock.nowMs()), flow.atoms.length);
  const run = runOf(flow, status, parts.codec);
  const { name, version, fingerprint } = flow;
  const { inputs, inputsHash, owner } = params;
  const key = params.key ?? status.runId;
  const begin = { kind: 'begin', creation: { key, flow: name, version, fingerprint, inputs, inputsHash } } as const;
  const first = decide(run, [begin], { capacity: parts.executor.capacity, hold: 'none' });
  const writer = new Writer(parts);
  const entry = writer.entry(status, first.transitions);
  const created = await writer.create({
    entry,
    key,
    flow: name,
    version,
    inputsHash,
    state: status.state,
    owner: status.state === 'RUNNING' ? owner : null,
    shape: shapeOf(flow),
  });
  if (created.kind === 'exists' && created.run.runId !== status.runId) return { exists: created.run };
  return { engine: new Engine(run, writer, parts), first };
}

/**
 * Makes a run this engine's own: one entry with a higher epoch, what was in flight, and the first decisions. No task
 * is called before it is durable.
 *
 * @throws StaleRunError when another engine was faster; nothing was written then
 */
export async function takeOver(run: Run, inbox: LoadedRun['inbox'], owner: string, parts: EngineParts): Promise<OpenedRun> {
  const resting = run.status.state === 'SUSPENDED';
  // Who resumes a suspended run knows better than the wishes that led there; those for a run that died still hold.
  const settled = resting ? inbox.map(({ id }) => id) : [];
  const hold = !resting && inbox.length > 0 ? 'suspend' : 'none';
  const first = decide(run, [{ kind: 'resumed' }], { capacity: parts.executor.capacity, hold });
  const writer = new Writer(parts);
  const engine = new Engine(run, writer, parts);
  const atRest = run.status.state !== 'RUNNING';
  const used = atRest ? inbox.map(({ id }) => id) : settled;
  await writer.append({
    entry: writer.entry(run.status, first.transitions),
    durability: 'full',
    summary: { state: run.status.state, owner: atRest ? null : owner },
    ...(used.length === 0 ? {} : { consume: used }),
  });
  if (!resting) for (const { id } of inbox) engine.suspend(id);
  return { engine, first };
}

/** A stored run, folded. @throws PersistenceError `JOURNAL_CORRUPT` when its entries contradict each other */
export async function foldRun(loaded: LoadedRun): Promise<RunStatus> {
  const { runId } = loaded.summary;
  const status = newRun(runId, loaded.shape.atoms.length);
  for await (const page of loaded.entries) {
    for (const entry of page) {
      try {
        foldEntry(status, entry);
      } catch (cause) {
        throw new PersistenceError(
          'JOURNAL_CORRUPT',
          `entry ${entry.seq} of run '${runId}' can't follow what is before it: ${(cause as Error).message}`,
          { cause },
        );
      }
    }
  }
  return status;
}

/** The run as this code's flow sees it. @throws IncompatibleFlowError when this code's flow is another one */
export function runOf(flow: CompiledFlow, status: RunStatus, codec: Codec, stored?: Shape): Run {
  if (stored !== undefined && stored.fingerprint !== flow.fingerprint) refuseChanges(flow, status, stored);
  return { flow, status, codec, frontier: new Frontier(flow, status) };
}

/** What the journal keeps of a flow, once per fingerprint. */
export function shapeOf(flow: CompiledFlow): Shape {
  return { fingerprint: flow.fingerprint, atoms: flow.atoms.map(({ path, kind }) => [path, kind] as const), manifest: flow.manifest };
}

/** Entries name atoms by number: a run goes on only with the same atoms in the same places. */
function refuseChanges(flow: CompiledFlow, status: RunStatus, stored: Shape): void {
  const report: string[] = [];
  const { creation } = status;
  if (creation.version !== flow.version)
    report.push(`the run was begun by version ${creation.version}, this code has version ${flow.version}`);
  const now = flow.atoms.map(({ path, kind }) => `${kind} '${path}'`);
  const then = stored.atoms.map(([path, kind]) => `${kind} '${path}'`);
  for (const atom of then) if (!now.includes(atom)) report.push(`${atom} is not in this code`);
  for (const atom of now) if (!then.includes(atom)) report.push(`${atom} is new`);
  if (report.length === 0 && now.join() !== then.join()) report.push('the order of the atoms is another one');
  if (report.length === 0) report.push(...changedAtoms(flow.manifest, stored.manifest));
  if (report.length > 0) throw new IncompatibleFlowError(status.runId, flow.name, report);
}

/** Values and links by which stored results and votes are read; how often a retry tries may change, and what reverts. */
function changedAtoms(now: Json, then: Json): string[] {
  const [left, right] = [now as unknown as Manifest, then as unknown as Manifest];
  const meaning = ({ reverts: _, policy, ...rest }: Manifest['atoms'][number]): string =>
    canonicalText({ ...rest, policy: (policy as { kind?: Json } | undefined)?.kind ?? null });
  const changed = left.atoms.filter((atom, index) => meaning(atom) !== meaning(right.atoms[index] ?? {}));
  const report = changed.map(({ path }) => `'${String(path)}' takes or gives other values than it did`);
  if (canonicalText(left.flows ?? null) !== canonicalText(right.flows ?? null)) report.push('the links, choices or deciders are others');
  return report;
}

interface Manifest {
  readonly atoms: readonly { readonly [field: string]: Json }[];
  readonly flows?: Json;
}
