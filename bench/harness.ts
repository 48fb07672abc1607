import type { Kind } from '../scripts/board-programs.js';
import type { Counts, MeteredPostgres } from './meter.js';
import { percentile } from './step-latency.js';

/** One row of the benchmark: the same work done by several systems in turn. */
export interface Work {
  readonly name: string;
  /** What times and counts are divided by. */
  readonly unit: string;
  /** The ratio to raw that it is meant to stay below. */
  readonly target?: number;
  /** Another work whose cost a unit this one's is told in. */
  readonly comparedWith?: string;
  /** Why it can't be done on this machine: then it has no row, and that is said. */
  missing?(): string | undefined;
  /** Systems by name, ready to run; `raw` is the one that the others are compared with. */
  open(bench: Bench): Promise<readonly System[]>;
}

/** What a work is given. */
export interface Bench {
  readonly quick: boolean;
  /** Started when it is asked for: one with the disk as it is, one whose commits take two milliseconds more. */
  postgres(disk?: Disk): Promise<MeteredPostgres>;
  /** A server that a board can be on, started when it is asked for. */
  board?(kind: Kind): Promise<{ readonly url: string }>;
  /** One that carries calls to workers, started when it is asked for. */
  broker?(): Promise<{ readonly url: string }>;
  /** How often each system is measured; default 11, quick 5. */
  readonly repetitions?: number;
  /** Other people's systems that do the same, as far as they are here and can. */
  peers?(work: string, shape: Shape): Promise<readonly System[]>;
}

/** What a work asks of everybody, told to those that live in other processes. */
export type Shape =
  | { readonly kind: 'sequential'; readonly length: number; readonly flows: number; readonly disk: Disk }
  | { readonly kind: 'fanout'; readonly width: number; readonly disk: Disk }
  | { readonly kind: 'saga'; readonly done: number; readonly disk: Disk }
  | { readonly kind: 'memory'; readonly length: number }
  | { readonly kind: 'resume'; readonly length: number; readonly killedIn: number };

export type Disk = 'as found' | 'slow';

export interface System {
  readonly name: string;
  /** Somebody else's: if it fails it is left out, and the others go on. */
  readonly peer?: true;
  /** Another system of the same work that it is compared with, too: see `against`. */
  readonly against?: string;
  /** Does the work once and measures it. Called once before it counts. */
  sample(): Promise<Sample>;
  /** What else is worth telling, said once behind the table. */
  remarks?(): Promise<readonly string[]>;
  close?(): Promise<void>;
}

export interface Sample {
  readonly units: number;
  readonly ms: number;
  /** What this process computed meanwhile, where the work is done in it: microseconds of all its threads. */
  readonly cpuUs?: number;
  readonly counts?: Counts;
  /** From the end of a task to the beginning of the next one, where that was taken: microseconds. */
  readonly latenciesUs?: readonly number[];
}

/** What came of one system in one work. */
export interface Measured {
  readonly work: string;
  readonly unit: string;
  readonly system: string;
  readonly comparedWith: string | undefined;
  readonly target: number | undefined;
  readonly usPerUnit: Spread;
  /** Of the pairs that were measured next to each other. */
  readonly ratioToRaw: Spread;
  /** Of the process that does the work, as {@link Sample.cpuUs}; null where it is done in another one. */
  readonly cpuUsPerUnit: Spread | null;
  readonly cpuRatioToRaw: Spread | null;
  readonly statementsPerUnit: number | null;
  readonly commitsPerUnit: number | null;
  readonly walBytesPerUnit: number | null;
  /** From the end of a task to the beginning of the next one of its flow, over all repetitions that count. */
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  /** The same work by another checkout: how many times as much this one takes, of neighbours. */
  readonly against?: Against;
  readonly remarks: readonly string[];
}

export interface Against {
  readonly system: string;
  readonly time: Spread;
  readonly cpu: Spread | null;
  readonly statements: Spread | null;
  readonly commits: Spread | null;
  readonly walBytes: Spread | null;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

const REPETITIONS = 11;
const QUICK_REPETITIONS = 5;
/** Fewer than these say nothing: then noisy ones count too. */
const LEAST = 5;

/** Who did not take part in a work. */
export interface LeftOut {
  readonly work: string;
  readonly system: string;
  readonly reason: string;
}

/**
 * Runs the systems of a work by turns, so that what disturbs the machine disturbs all of them.
 * @param leaveOut told of peers that fail; without it, and for all others, a failure ends the measurement.
 */
export async function measure(work: Work, bench: Bench, leaveOut?: (leftOut: LeftOut) => void): Promise<readonly Measured[]> {
  const systems = await work.open(bench);
  const samples = new Map<System, Sample[]>(systems.map((system) => [system, []]));
  const turn = async (system: System): Promise<void> => {
    try {
      samples.get(system)?.push(await system.sample());
    } catch (error) {
      if (leaveOut === undefined || system.peer === undefined) throw error;
      samples.delete(system);
      leaveOut({ work: work.name, system: system.name, reason: error instanceof Error ? error.message : String(error) });
    }
  };
  try {
    for (const system of systems) await turn(system);
    for (const taken of samples.values()) taken.length = 0;
    const repetitions = bench.repetitions ?? (bench.quick ? QUICK_REPETITIONS : REPETITIONS);
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const order = systems.filter((system) => samples.has(system));
      for (const system of repetition % 2 === 0 ? order : order.reverse()) await turn(system);
    }
    const raw = [...samples].find(([{ name }]) => name === 'raw')?.[1] ?? [];
    const counted = calm(raw);
    const measured: Measured[] = [];
    for (const [system, taken] of samples) {
      const remarks = [...(system.name === 'raw' ? noise(raw, counted) : []), ...((await system.remarks?.()) ?? [])];
      const { name, unit, comparedWith, target } = work;
      const other = [...samples].find(([{ name }]) => name === system.against);
      const against = other === undefined ? {} : { against: { system: other[0].name, ...ratios(taken, other[1], counted) } };
      measured.push({ work: name, unit, system: system.name, comparedWith, target, ...summary(taken, raw, counted), ...against, remarks });
    }
    return measured;
  } finally {
    for (const system of systems) await system.close?.();
  }
}

function summary(taken: readonly Sample[], raw: readonly Sample[], counted: readonly number[]) {
  const samples = counted.map((repetition) => taken[repetition] as Sample);
  const count = (read: (counts: Counts) => number): number | null => {
    const counts = samples.flatMap(({ counts, units }) => (counts === undefined ? [] : [read(counts) / units]));
    return counts.length === 0 ? null : spread(counts).median;
  };
  const latency = samples.flatMap(({ latenciesUs = [] }) => latenciesUs);
  return {
    usPerUnit: spread(samples.map(usPerUnit)),
    ratioToRaw: ratioOf(taken, raw, counted, usPerUnit) as Spread,
    cpuUsPerUnit: spreadOf(samples.map(cpuPerUnit)),
    cpuRatioToRaw: ratioOf(taken, raw, counted, cpuPerUnit),
    statementsPerUnit: count(({ statements }) => statements),
    commitsPerUnit: count(({ commits }) => commits),
    walBytesPerUnit: count(({ walBytes }) => walBytes),
    p50Us: percentile(latency, 50),
    p99Us: percentile(latency, 99),
  };
}

function ratios(taken: readonly Sample[], other: readonly Sample[], counted: readonly number[]): Omit<Against, 'system'> {
  const ratio = (read: (sample: Sample) => number | undefined): Spread | null => ratioOf(taken, other, counted, read);
  const count = (read: (counts: Counts) => number) =>
    ratio(({ counts, units }) => (counts === undefined ? undefined : read(counts) / units));
  return {
    time: ratio(usPerUnit) as Spread,
    cpu: ratio(cpuPerUnit),
    statements: count(({ statements }) => statements),
    commits: count(({ commits }) => commits),
    walBytes: count(({ walBytes }) => walBytes),
  };
}

/** Of the pairs that were measured next to each other; null where one of them has no such figure, or none to divide by. */
function ratioOf(
  taken: readonly Sample[],
  other: readonly Sample[],
  counted: readonly number[],
  read: (sample: Sample) => number | undefined,
): Spread | null {
  const pairs = counted.map((repetition) => [read(taken[repetition] as Sample), read(other[repetition] as Sample)] as const);
  return spreadOf(pairs.map(([one, by]) => (one === undefined || by === undefined || by === 0 ? undefined : one / by)));
}

function spreadOf(values: readonly (number | undefined)[]): Spread | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 || known.length < values.length ? null : spread(known);
}

/**
 * The repetitions that count: in the others raw took more than twice its median, so they measure something else that the
 * machine was busy with. (A slow disk makes every ratio smaller: leaving them out is not in our favour.)
 */
function calm(raw: readonly Sample[]): readonly number[] {
  const limit = 2 * spread(raw.map(usPerUnit)).median;
  const all = raw.map((_, repetition) => repetition);
  const quiet = all.filter((repetition) => usPerUnit(raw[repetition] as Sample) <= limit);
  return quiet.length < Math.min(LEAST, all.length) ? all : quiet;
}

function noise(raw: readonly Sample[], counted: readonly number[]): readonly string[] {
  const left = raw.length - counted.length;
  return left === 0
    ? []
    : [`${left} of ${raw.length} repetitions are left out, as raw took more than twice its median: the machine was busy`];
}

function usPerUnit({ ms, units }: Sample): number {
  return (ms * 1_000) / units;
}

function cpuPerUnit({ cpuUs, units }: Sample): number | undefined {
  return cpuUs === undefined ? undefined : cpuUs / units;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: at(sorted.length - 1) };
}

/** How long `work` takes that is done in another process. */
export async function timedElsewhere(units: number, work: () => Promise<unknown>): Promise<Sample> {
  const from = performance.now();
  await work();
  return { units, ms: performance.now() - from };
}

/** How long `work` takes, and how much this process computes meanwhile. */
export async function timed(units: number, work: () => Promise<unknown>): Promise<Sample> {
  const before = process.cpuUsage();
  const sample = await timedElsewhere(units, work);
  const { user, system } = process.cpuUsage(before);
  return { ...sample, cpuUs: user + system };
}

/** The same, and what PostgreSQL counts meanwhile. */
export async function timedAndCounted(postgres: MeteredPostgres, units: number, work: () => Promise<unknown>): Promise<Sample> {
  const { result, ...counts } = await postgres.counted(() => timed(units, work));
  return { ...result, counts };
}
