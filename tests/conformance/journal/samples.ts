import { randomIds } from '../../../src/model/ids.js';
import type { Json } from '../../../src/model/json.js';
import type { AppendItem, CreateRunParams, Entry, Journal, LoadedRun, Shape, Transition } from '../../../src/persistence/index.js';

const ids = randomIds();
const AT_MS = 1_763_700_000_123;

export const shape: Shape = {
  fingerprint: 'sample-1',
  atoms: [
    ['retry', 'retry'],
    ['fetch', 'task'],
    ['store', 'task'],
    ['tell/mail', 'task'],
  ],
  manifest: { nodes: ['fetch', 'store', { tell: ['mail'] }] },
};

/** One engine's view of one run: makes its entries. */
export interface SampleRun {
  readonly runId: string;
  readonly writer: string;
  readonly create: CreateRunParams;
  entry(seq: number, transitions?: readonly Transition[], more?: Partial<Entry>): Entry;
  item(seq: number, more?: Partial<AppendItem> & { readonly transitions?: readonly Transition[]; readonly epoch?: number }): AppendItem;
  /** The same run as another engine writes it, after a takeover. */
  by(writer: string): SampleRun;
}

export type SampleOptions = Partial<Omit<CreateRunParams, 'entry'>> & {
  readonly inputs?: { readonly [name: string]: Json };
  readonly writer?: string;
};

export function sampleRun(options: SampleOptions = {}, runId = ids.runId(nextMs())): SampleRun {
  const { inputs = { imageId: 'i-1' }, writer = ids.unique(), ...more } = options;
  const { fingerprint } = more.shape ?? shape;
  const facts = { key: `order-${runId}`, flow: 'provision', version: 3, inputsHash: 'hash-1', ...pick(more) };
  const entry = (seq: number, transitions: readonly Transition[] = [['RUNNING', 1]], rest: Partial<Entry> = {}): Entry => ({
    ...{ runId, seq, epoch: 0, kind: 'step', writer, stepId: ids.stepId(), format: 1, atMs: AT_MS + seq, transitions },
    ...rest,
  });
  return {
    runId,
    writer,
    create: {
      ...{ state: 'RUNNING' as const, owner: writer, shape },
      ...facts,
      ...more,
      entry: entry(0, [
        ['CREATED', { ...facts, fingerprint, inputs }],
        ['RUN', 'RUNNING'],
      ]),
    },
    entry,
    item: (seq, { transitions, epoch = 0, ...rest } = {}) => ({ entry: entry(seq, transitions, { epoch }), durability: 'full', ...rest }),
    by: (other) => sampleRun({ ...options, writer: other }, runId),
  };
}

/** Creates a run, and entries up to `lastSeq`. */
export async function begun(journal: Journal, lastSeq = 0, options: SampleOptions = {}): Promise<SampleRun> {
  const run = sampleRun(options);
  const created = await journal.createRun(run.create);
  if (created.kind !== 'created') throw new Error(`the sample run was not created: ${created.kind}`);
  for (let seq = 1; seq <= lastSeq; seq++) {
    const kind = await appendOne(journal, run.item(seq));
    if (kind !== 'ok') throw new Error(`entry ${seq} of the sample run was not appended: ${kind}`);
  }
  return run;
}

export async function appendOne(journal: Journal, item: AppendItem): Promise<string> {
  const [result] = await journal.append([item]);
  return result?.kind ?? 'no result';
}

export async function load(journal: Journal, runId: string): Promise<LoadedRun> {
  const loaded = await journal.load(runId);
  if (loaded === undefined) throw new Error(`run '${runId}' is not there`);
  return loaded;
}

export async function entriesOf(journal: Journal, runId: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for await (const page of (await load(journal, runId)).entries) entries.push(...page);
  return entries;
}

let lastMs = AT_MS;
/** Later each time, so that run ids are in the order in which the runs were made. */
function nextMs(): number {
  lastMs += 1;
  return lastMs;
}

type Facts = Pick<CreateRunParams, 'key' | 'flow' | 'version' | 'inputsHash'>;

function pick({ key, flow, version, inputsHash }: Partial<Facts>): Partial<Facts> {
  return JSON.parse(JSON.stringify({ key, flow, version, inputsHash })) as Partial<Facts>;
}
