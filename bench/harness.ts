import type { Counts, MeteredPostgres } from './meter.js';

/** One row of the benchmark: the same work done by several systems in turn. */
export interface Work {
  readonly name: string;
  /** What times and counts are divided by. */
  readonly unit: string;
  /** Systems by name, ready to run; `raw` is the one that the others are compared with. */
  open(bench: Bench): Promise<readonly System[]>;
}

/** What a work is given. */
export interface Bench {
  readonly quick: boolean;
  /** Started when it is asked for. */
  postgres(): Promise<MeteredPostgres>;
}

export interface System {
  readonly name: string;
  /** Does the work once and measures it. Called once before it counts. */
  sample(): Promise<Sample>;
  /** What else is worth telling, said once behind the table. */
  remarks?(): Promise<readonly string[]>;
  close?(): Promise<void>;
}

export interface Sample {
  readonly units: number;
  readonly ms: number;
  readonly counts?: Counts;
}

/** What came of one system in one work. */
export interface Measured {
  readonly work: string;
  readonly unit: string;
  readonly system: string;
  readonly usPerUnit: Spread;
  /** Of the pairs that were measured next to each other. */
  readonly ratioToRaw: Spread;
  readonly statementsPerUnit: number | null;
  readonly commitsPerUnit: number | null;
  readonly walBytesPerUnit: number | null;
  readonly remarks: readonly string[];
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

const REPETITIONS = 9;
const QUICK_REPETITIONS = 5;

/** Runs the systems of a work by turns, so that what disturbs the machine disturbs all of them. */
export async function measure(work: Work, bench: Bench): Promise<readonly Measured[]> {
  const systems = await work.open(bench);
  const samples = new Map<System, Sample[]>(systems.map((system) => [system, []]));
  try {
    for (const system of systems) await system.sample();
    const repetitions = bench.quick ? QUICK_REPETITIONS : REPETITIONS;
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const order = repetition % 2 === 0 ? systems : [...systems].reverse();
      for (const system of order) samples.get(system)?.push(await system.sample());
    }
    const raw = [...samples].find(([{ name }]) => name === 'raw')?.[1] ?? [];
    const measured: Measured[] = [];
    for (const [system, taken] of samples) {
      const remarks = [...noise(system, raw), ...((await system.remarks?.()) ?? [])];
      measured.push({ work: work.name, unit: work.unit, system: system.name, ...summary(taken, raw), remarks });
    }
    return measured;
  } finally {
    for (const system of systems) await system.close?.();
  }
}

function summary(samples: readonly Sample[], raw: readonly Sample[]) {
  const times = samples.map(usPerUnit);
  const ratios = samples.flatMap((sample, index) => {
    const beside = raw[index];
    return beside === undefined ? [] : [usPerUnit(sample) / usPerUnit(beside)];
  });
  const count = (read: (counts: Counts) => number): number | null => {
    const counts = samples.flatMap(({ counts, units }) => (counts === undefined ? [] : [read(counts) / units]));
    return counts.length === 0 ? null : spread(counts).median;
  };
  return {
    usPerUnit: spread(times),
    ratioToRaw: spread(ratios),
    statementsPerUnit: count(({ statements }) => statements),
    commitsPerUnit: count(({ commits }) => commits),
    walBytesPerUnit: count(({ walBytes }) => walBytes),
  };
}

/** A machine that is busy with something else measures that. */
function noise({ name }: System, raw: readonly Sample[]): readonly string[] {
  if (name !== 'raw') return [];
  const times = raw.map(usPerUnit);
  const slow = times.filter((time) => time > 2 * spread(times).median).length;
  return slow === 0 ? [] : [`in ${slow} of ${times.length} repetitions raw took more than twice its median: the machine was busy`];
}

function usPerUnit({ ms, units }: Sample): number {
  return (ms * 1_000) / units;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: at(sorted.length - 1) };
}

/** How long `work` takes. */
export async function timed(units: number, work: () => Promise<unknown>): Promise<Sample> {
  const from = performance.now();
  await work();
  return { units, ms: performance.now() - from };
}

/** How long `work` takes, and what PostgreSQL counts meanwhile. */
export async function timedAndCounted(postgres: MeteredPostgres, units: number, work: () => Promise<unknown>): Promise<Sample> {
  const { result, ...counts } = await postgres.counted(() => timed(units, work));
  return { ...result, counts };
}
