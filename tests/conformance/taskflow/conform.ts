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
  const actual = await replay(vector.case);
  const wanted = [vector.expect, ...(vector.head === undefined ? [] : [vector.head])];
  const all = wanted.map((one) => {
    const { expected, touched } = expectedOf(one, vector);
    return { differences: compare(expected, actual), touched };
  });
  const [best = NOTHING] = all.sort((a, b) => a.differences.length - b.differences.length);
  return { name: vector.case.name, actual, ...best };
}

const NOTHING = { differences: ['nothing was recorded'], touched: [] };
