import { isEnded } from '../../model/states.js';
import { type AppendItem, encodeTransitions, type WakeTime } from '../../persistence/index.js';
import type { AppendForm } from './append-statements.js';

/** An item with its transitions as text already: what can't be text is known before anything is sent. */
export interface EncodedItem {
  readonly item: AppendItem;
  readonly transitions: string;
}

/** @throws TypeError when the transitions can't be JSON. */
export function encodeItem(item: AppendItem): EncodedItem {
  return { item, transitions: encodeTransitions(item.entry.transitions) };
}

/** The statement that fits them. Waiting for the disk is what none may miss, so one that asks for it decides for all. */
export function formOf(items: readonly EncodedItem[]): AppendForm {
  return {
    rows: items.length === 1 ? 'one' : 'many',
    changes: items.some(
      ({ item: { summary, consume, slots } }) => summary !== undefined || slots !== undefined || (consume?.length ?? 0) > 0,
    ),
    ...(items.some(({ item }) => item.slots !== undefined) ? { slots: true } : {}),
    frees: items.some(({ item: { summary } }) => summary?.frees === true),
    relaxed: items.every(({ item }) => item.durability === 'relaxed'),
    skips: false,
    hurries: false,
  };
}

/** Parameters of `appendStatement`, in its order. */
export function paramsOf(items: readonly EncodedItem[], { rows, changes, slots }: AppendForm): readonly unknown[] {
  const table = items.map((one) => (changes ? [...entryOf(one), ...changeOf(one)] : entryOf(one)));
  const [first = []] = table;
  const columns = rows === 'one' ? first : first.map((_, column) => table.map((row) => row[column]));
  if (!changes) return columns;
  const consumed = items.flatMap(({ item: { entry, consume = [] } }) => consume.map((id) => [entry.runId, id] as const));
  const all = [...columns, consumed.map(([runId]) => runId), consumed.map(([, id]) => id)];
  return slots === true ? [...all, JSON.stringify(items.flatMap(slotChangeOf))] : all;
}

/** As the statement reads it: of which run, whether these atoms are kept or freed, and which. */
function slotChangeOf({ item: { entry, slots } }: EncodedItem): readonly unknown[] {
  return slots === undefined ? [] : [[entry.runId, slots.keeps !== undefined, slots.keeps ?? slots.frees ?? []]];
}

function entryOf({ item: { entry }, transitions }: EncodedItem): readonly unknown[] {
  const { runId, writer, atMs, seq, epoch, format, kind, stepId } = entry;
  return [runId, writer, atMs, seq, epoch, format, kind, stepId, transitions];
}

function changeOf({ item: { summary = {} } }: EncodedItem): readonly unknown[] {
  const { state, owner, wakeAtMs, partial } = summary;
  return [state ?? null, state !== undefined && isEnded(state), owner !== undefined, owner ?? null, wakeTimeOf(wakeAtMs), partial === true];
}

/** As `to_timestamp` takes it. */
export function wakeTimeOf(wakeAtMs: WakeTime | undefined): number | null {
  return wakeAtMs === 'never' ? Number.POSITIVE_INFINITY : (wakeAtMs ?? null);
}
