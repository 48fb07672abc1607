import { type LimitChange, MOST_STARTS } from '../../model/limits/flow-limits.js';
import type { AskSlotsParams, AskSlotsResult, SlotChange, SlotHolder, SlotRequest, WaitingCall } from '../contract/claims.js';
import type { RunRecord } from './run-record.js';

/** A call that has a slot, or waits for one. */
interface Held extends Pick<SlotRequest, 'runId' | 'atom' | 'name' | 'key'> {
  owner: string;
  readonly sinceMs: number;
}

type Run = Pick<RunRecord<unknown>, 'runId' | 'state' | 'owner'>;

/** What is known of the runs and limits beside it. */
export interface SlotSurroundings {
  get(runId: string): Run | undefined;
  isAlive(owner: string): boolean;
  changeOf(name: string): LimitChange | undefined;
}

/** Slots of tasks with limits, for the stores of one process. Nothing of it is kept: what a process does that has ended is not under way. */
export class SlotTable {
  /** By run and atom; a limit of starts alone has none. */
  readonly #slots = new Map<string, Held>();
  /** The same, those that came first first. */
  readonly #waits = new Map<string, Held>();
  /** By name and value. */
  readonly #starts = new Map<string, readonly number[]>();

  ask({ owner, requests }: AskSlotsParams, around: SlotSurroundings, nowMs: number): AskSlotsResult {
    const asked = new Map(requests.map((request) => [nameOf(request), request]));
    for (const [name, { runId, atom, name: limit, key }] of asked) {
      const slot = this.#slots.get(name);
      if (!owns(around.get(runId), owner)) asked.delete(name);
      else if (slot !== undefined) slot.owner = owner;
      else this.#wait(name, { runId, atom, name: limit, key, owner, sinceMs: nowMs });
    }
    this.#sweep(around);
    const [held, waits] = [byValue(this.#slots), byValue(this.#waits)];
    const times: number[] = [];
    for (const value of new Set([...asked.values()].map(countedAs))) {
      const counted = { value, held: held.get(value)?.length ?? 0, waits: waits.get(value) ?? [] };
      this.#grant(counted, asked, { around, nowMs, times });
    }
    const granted = [...asked].filter(([name]) => !this.#waits.has(name)).map(([, { runId, atom }]) => ({ runId, atom }));
    return { granted, ...(times.length === 0 ? {} : { againMs: Math.max(1, Math.ceil(Math.min(...times))) }) };
  }

  /** Those who wait for this value, and whose turn it is; for whoever does not ask now the place is kept until it does. */
  #grant(
    { value, waits, ...counted }: { readonly value: string; readonly held: number; readonly waits: readonly Held[] },
    asked: ReadonlyMap<string, SlotRequest>,
    { around, nowMs, times }: { readonly around: SlotSurroundings; readonly nowMs: number; readonly times: number[] },
  ): void {
    let { held } = counted;
    const starts = [...(this.#starts.get(value) ?? [])];
    let kept = 0;
    for (const wait of waits) {
      if (!isLiving(wait, around)) continue;
      const name = nameOf(wait);
      const request = asked.get(name);
      if (request === undefined) {
        held++;
        kept++;
        continue;
      }
      const { concurrency, rate } = { ...request.limits, ...around.changeOf(wait.name) };
      const begun = rate === undefined ? [] : starts.filter((atMs) => atMs > nowMs - rate.perMs);
      const hasStart = rate === undefined || begun.length + kept < rate.limit;
      if (rate !== undefined && !hasStart && begun[0] !== undefined) times.push(begun[0] + rate.perMs - nowMs);
      if (!hasStart || (concurrency !== undefined && held >= concurrency)) break;
      this.#waits.delete(name);
      if (concurrency !== undefined) {
        this.#slots.set(name, wait);
        held++;
      }
      if (rate !== undefined) starts.push(nowMs);
    }
    if (starts.length > 0) this.#starts.set(value, starts.slice(-MOST_STARTS));
  }

  leave(owner: string, holders: readonly SlotHolder[]): void {
    for (const name of holders.map(nameOf)) {
      if (this.#slots.get(name)?.owner === owner) this.#slots.delete(name);
      if (this.#waits.get(name)?.owner === owner) this.#waits.delete(name);
    }
  }

  /** What an entry of the run says; one that rests, or has ended, waits for nothing. */
  change({ runId, state }: Run, change: SlotChange | undefined): void {
    if (change === undefined) return;
    const { frees = [], keeps } = change;
    for (const atom of frees) this.#slots.delete(nameOf({ runId, atom }));
    if (keeps === undefined) return;
    for (const [name, slot] of this.#slots) if (slot.runId === runId && !keeps.includes(slot.atom)) this.#slots.delete(name);
    if (state !== 'RUNNING') for (const [name, wait] of this.#waits) if (wait.runId === runId) this.#waits.delete(name);
  }

  /** The run is gone. */
  forget(runId: string): void {
    if (this.#slots.size > 0 || this.#waits.size > 0) this.change({ runId, state: 'FAILURE', owner: undefined }, { keeps: [] });
  }

  waiting(runId: string): readonly WaitingCall[] {
    return [...this.#waits.values()]
      .filter((wait) => wait.runId === runId)
      .map(({ atom, name, key, sinceMs }) => ({ atom, name, key, sinceMs }));
  }

  /** Names of limits by which something is under way, or waits. */
  names(): readonly string[] {
    return [...new Set([...this.#slots.values(), ...this.#waits.values()].map(({ name }) => name))];
  }

  counts(name: string): { readonly inUse: number; readonly waiting: number } {
    const of = (all: ReadonlyMap<string, Held>): number => [...all.values()].filter((one) => one.name === name).length;
    return { inUse: of(this.#slots), waiting: of(this.#waits) };
  }

  /** Slots of runs that no living process has are for others. */
  #sweep(around: SlotSurroundings): void {
    for (const [name, slot] of this.#slots) {
      const run = around.get(slot.runId);
      if (run?.state !== 'RUNNING' || run.owner === undefined || !around.isAlive(slot.owner)) this.#slots.delete(name);
    }
  }

  #wait(name: string, wait: Held): void {
    const known = this.#waits.get(name);
    if (known?.name === wait.name && known.key === wait.key) known.owner = wait.owner;
    else {
      this.#waits.delete(name);
      this.#waits.set(name, wait);
    }
  }
}

function owns(run: Run | undefined, owner: string): boolean {
  return run?.state === 'RUNNING' && run.owner === owner;
}

function isLiving({ runId, owner }: Held, around: SlotSurroundings): boolean {
  return owns(around.get(runId), owner) && around.isAlive(owner);
}

function byValue(all: ReadonlyMap<string, Held>): ReadonlyMap<string, readonly Held[]> {
  const groups = new Map<string, Held[]>();
  for (const one of all.values()) {
    const value = countedAs(one);
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [one]);
    else group.push(one);
  }
  return groups;
}

function nameOf({ runId, atom }: SlotHolder): string {
  return `${runId} ${atom}`;
}

function countedAs({ name, key }: Pick<SlotRequest, 'name' | 'key'>): string {
  return `${name} ${key}`;
}
