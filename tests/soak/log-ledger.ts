import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the files of a store say, read without the store. */
export interface LogLedger {
  /** How often engines were lost while an atom was under way: by run and path. */
  readonly losses: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly steps: number;
  readonly takeovers: number;
  readonly complaints: readonly string[];
}

interface Meta {
  readonly type: string;
  readonly fingerprint?: string;
  readonly entry?: { readonly runId: string; readonly seq: number; readonly epoch: number; readonly writer: string };
  readonly run?: { readonly key: string; readonly fingerprint: string };
  readonly runIds?: readonly string[];
}

interface Step {
  readonly seq: number;
  readonly epoch: number;
  readonly writer: string;
  readonly lost: readonly number[];
}

/** Reads a directory that nobody has any more, and that was opened in good order last. */
export function logLedger(directory: string): LogLedger {
  const complaints: string[] = [];
  const shapes = new Map<string, readonly (readonly [path: string])[]>();
  const runs = new Map<string, { readonly key: string; readonly fingerprint: string }>();
  const steps = new Map<string, Step[]>();
  const names = readdirSync(directory).sort();
  for (const name of names.filter((one) => one.endsWith('.damaged'))) complaints.push(`'${name}' is damaged`);
  for (const name of names.filter((one) => /^journal-[\d-]+\.log$/.test(one))) {
    for (const text of readFileSync(join(directory, name), 'utf8').split('\n')) {
      const [, meta = '', body = ''] = /^[0-9a-f]{8} \d+ \d+ (\{.*?)\t(.*)$/s.exec(text) ?? [];
      if (meta === '') continue;
      const { type, fingerprint, entry, run, runIds = [] } = JSON.parse(meta) as Meta;
      if (type === 'shape' && fingerprint !== undefined) shapes.set(fingerprint, (JSON.parse(body) as { atoms: [string][] }).atoms);
      if (entry !== undefined) {
        if (run !== undefined) runs.set(entry.runId, run);
        const step = { ...entry, lost: lostIn(body) };
        steps.set(entry.runId, [...(steps.get(entry.runId) ?? []), step]);
      }
      for (const runId of runIds) {
        runs.delete(runId);
        steps.delete(runId);
      }
    }
  }
  const losses = new Map<string, Map<string, number>>();
  let [count, takeovers] = [0, 0];
  for (const [runId, of] of steps) {
    const run = runs.get(runId);
    if (run === undefined) {
      complaints.push(`steps without a run: ${runId}`);
      continue;
    }
    count += of.length;
    takeovers += of.at(-1)?.epoch ?? 0;
    const wrong = wrongIn(of);
    if (wrong !== undefined) complaints.push(`run ${run.key}: ${wrong}`);
    const lost = new Map<string, number>();
    const atoms = shapes.get(run.fingerprint);
    if (atoms === undefined) complaints.push(`run ${run.key} has no shape`);
    for (const atom of of.flatMap(({ lost: atoms }) => atoms)) {
      const path = atoms?.[atom]?.[0] ?? String(atom);
      lost.set(path, (lost.get(path) ?? 0) + 1);
    }
    losses.set(run.key, lost);
  }
  return { losses, steps: count, takeovers, complaints };
}

/** The atoms that were under way when an engine was lost. */
function lostIn(body: string): readonly number[] {
  if (!body.includes('TAKEOVER')) return [];
  const transitions = JSON.parse(body) as readonly (readonly [string, unknown])[];
  return transitions.flatMap(([word, atoms]) => (word === 'TAKEOVER' && Array.isArray(atoms) ? (atoms as number[]) : []));
}

function wrongIn(steps: readonly Step[]): string | undefined {
  const writers = new Map<number, string>();
  for (const [at, { seq, epoch, writer }] of steps.entries()) {
    if (seq !== at) return `its step ${at} is of place ${seq}`;
    if (epoch < (steps[at - 1]?.epoch ?? 0)) return `its epoch falls at ${seq}`;
    if ((writers.get(epoch) ?? writer) !== writer) return `two engines wrote in epoch ${epoch}`;
    writers.set(epoch, writer);
  }
  return undefined;
}
