import { megabytes, type Trend } from './memory.js';
import type { SoakReport } from './soak.js';

const SHOWN = 20;

export function reportText(report: SoakReport): string {
  const { seed, minutes, runs, byState, byFlow, restarts, engines, given, totals, effects, memory, complaints } = report;
  const lines = [
    `${runs} runs in ${minutes} minutes, seed ${seed}`,
    `  ended: ${counts(byState)} (references with them)`,
    `  flows: ${counts(byFlow)}`,
    `  PostgreSQL restarted: ${counts(restarts)}`,
    `  engines: ${counts(engines)}`,
    `  given up by an engine: ${counts(given) || 'nothing'}`,
    `  journal: ${totals.steps} steps, ${totals.takeovers} takeovers, ${totals.messages} messages left, ${totals.expiredLeases} leases of the dead`,
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
