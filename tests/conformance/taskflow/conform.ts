import { readFileSync } from 'node:fs';
import type { Actual, Vector } from './case.js';
import { compare, type Differences } from './compare.js';
import { replay } from './replay.js';
import { RULES } from './rules.js';

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
  const touched = RULES.filter((rule) => rule.applies(vector));
  const wanted = [vector.expect, ...(vector.head === undefined ? [] : [vector.head])];
  const all = wanted.map((one) =>
    compare(
      touched.reduce((expected, rule) => rule.expected(expected, vector, actual), one),
      actual,
    ),
  );
  const differences = all.sort((a, b) => a.length - b.length)[0] as Differences;
  return { name: vector.case.name, actual, differences, touched: touched.map(({ number }) => number) };
}
