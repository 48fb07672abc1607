import { readFileSync } from 'node:fs';
import type { Actual, Vector } from './case.js';
import { compare, type Differences } from './compare.js';
import { replay } from './replay.js';
import { expectedOf } from './rules.js';

export interface Verdict {
  readonly name: string;
  readonly actual: Actual;
  readonly differences: Differences;
  /** Numbers of the rules that changed what was expected. */
  readonly touched: readonly string[];
}

export function vectorsIn(file: string): readonly Vector[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as Vector);
}

/** Replays a vector and compares it with what TaskFlow did, or newer TaskFlow where that differs, as far as the rules let it. */
export async function conform(vector: Vector): Promise<Verdict> {
  const actual = await ended(vector);
  if ('broken' in actual) return { name: vector.case.name, actual: { segments: [] }, differences: [actual.broken], touched: [] };
  const wanted = [vector.expect, ...(vector.head === undefined ? [] : [vector.head])];
  const all = wanted.map((one) => {
    const { expected, touched } = expectedOf(one, vector);
    return { differences: compare(expected, actual), touched };
  });
  const [best = NOTHING] = all.sort((a, b) => a.differences.length - b.differences.length);
  return { name: vector.case.name, actual, ...best };
}

const NOTHING = { differences: ['nothing was recorded'], touched: [] };

/** A case that takes longer than this does not end. */
const LONGEST_MS = 20_000;

/** The replay, or why there is none: a case that breaks the adapter must not hide the others. */
async function ended(vector: Vector): Promise<Actual | { readonly broken: string }> {
  let timer: NodeJS.Timeout | undefined;
  const endless = new Promise<{ readonly broken: string }>((resolve) => {
    timer = setTimeout(() => resolve({ broken: `it did not end in ${LONGEST_MS} ms` }), LONGEST_MS);
  });
  try {
    return await Promise.race([replay(vector.case), endless]);
  } catch (error) {
    return { broken: `it broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}` };
  } finally {
    clearTimeout(timer);
  }
}
