import type { FaultKind, Strikes } from './faults.js';
import { type MemoryTrend, megabytes, type Trend } from './memory.js';
import type { SoakPlan } from './options.js';
import type { EndedRun, Verdict } from './trial.js';
import type { Volume } from './volume.js';
import type { Workers } from './workers.js';

export interface SoakReport extends Pick<Verdict, 'totals' | 'effects' | 'complaints'> {
  readonly seed: number;
  readonly minutes: number;
  readonly runs: number;
  readonly byFlow: Readonly<Record<string, number>>;
  readonly byState: Readonly<Record<string, number>>;
  /** How often each has struck. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly engines: { readonly started: number; readonly handovers: number; readonly pruned: number };
  /** How often engines gave a run up, by code. */
  readonly givenUp: Readonly<Record<string, number>>;
  readonly volume?: VolumeReport;
  /** Nothing when it was too short to say. */
  readonly memory?: MemoryTrend;
}

/** Of the directory. */
export interface VolumeReport {
  readonly runs: number;
  readonly steps: number;
  readonly takeovers: number;
  readonly started: number;
  readonly handovers: number;
  readonly pruned: number;
  /** How often somebody who came second was refused. */
  readonly refused: number;
  readonly compactions: number;
}

export interface SoakEnd {
  readonly plan: SoakPlan;
  readonly strikes: Strikes;
  readonly workers: Workers;
  readonly volume: Volume | undefined;
  readonly ended: readonly EndedRun[];
  readonly onVolume: readonly EndedRun[];
  /** How many of those that have ended are references. */
  readonly references: number;
  readonly judged: Verdict;
  readonly memory: MemoryTrend | undefined;
}

const SHOWN = 20;

export function reportOf({ plan, strikes, workers, volume, ended, onVolume, references, judged, memory }: SoakEnd): SoakReport {
  const { volume: inDirectory, ...rest } = judged;
  const all = [...ended, ...onVolume];
  return {
    seed: plan.seed,
    minutes: plan.minutes,
    runs: all.length - references,
    byFlow: tally(all.map(({ task }) => task.flow)),
    byState: tally(all.map(({ result }) => (result as { readonly state: string }).state)),
    faults: strikes.counts,
    engines: workers.counts,
    givenUp: Object.fromEntries(workers.givenUp),
    ...rest,
    ...(volume === undefined || inDirectory === undefined
      ? {}
      : {
          volume: {
            runs: onVolume.length,
            ...inDirectory,
            ...volume.workers.counts,
            refused: volume.refused,
            compactions: volume.compactions,
          },
        }),
    ...(memory === undefined ? {} : { memory }),
  };
}

function tally(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

export function reportText(report: SoakReport): string {
  const { seed, minutes, runs, byState, byFlow, faults, engines, givenUp, totals, effects, volume, memory, complaints } = report;
  const lines = [
    `${runs} runs in ${minutes} minutes, seed ${seed}`,
    `  ended: ${counts(byState)} (references with them)`,
    `  flows: ${counts(byFlow)}`,
    `  faults: ${counts(faults)}`,
    `  engines: ${counts(engines)}`,
    `  given up by an engine: ${counts(givenUp) || 'nothing'}`,
    `  journal: ${totals.steps} steps, ${totals.takeovers} takeovers, ${totals.messages} messages left, ${totals.expiredLeases} leases of the dead`,
    ...(volume === undefined ? [] : [`  directory: ${counts(volume)}`]),
    `  effects: ${effects.calls} calls, ${effects.repeated} of them again after a loss; ${effects.rows} rows committed with their tasks`,
    ...(memory === undefined
      ? ['  memory: too short to judge by']
      : [
          `  memory of the engine that stayed, ${memory.samples} samples in ${memory.minutes.toFixed(1)} minutes:`,
          `    heap ${trend(memory.heap)}`,
          `    resident ${trend(memory.rss)}`,
        ]),
    complaints.length === 0 ? 'every run ended as its reference, and the journal is intact' : `${complaints.length} COMPLAINTS`,
    ...complaints.slice(0, SHOWN).map((one) => `  - ${one}`),
    ...(complaints.length > SHOWN ? [`  and ${complaints.length - SHOWN} more`] : []),
  ];
  return lines.join('\n');
}

function counts(of: object): string {
  return Object.entries(of)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

function trend({ medianBytes, bytesPerMinute, grownBytes }: Trend): string {
  return `${megabytes(medianBytes)}, ${(bytesPerMinute / 1_024).toFixed(1)} KB a minute, ${megabytes(grownBytes)} in all`;
}
