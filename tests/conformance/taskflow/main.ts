/**
 * `npm run conformance -- [file.jsonl …] [--actual out.jsonl]`: replays what TaskFlow did on flowproof and compares. Without
 * files: those in vectors/, whose rules must touch as many of them as they say. The last line counts; whatever fails makes
 * the exit code 1.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { conform, type Verdict, vectorsIn } from './conform.js';
import { miscounted } from './rules.js';

const OWN = ['hand', 'random'].map((name) => `tests/conformance/taskflow/vectors/${name}.jsonl`);

const { values, positionals } = parseArgs({ options: { actual: { type: 'string' } }, allowPositionals: true });
const verdicts: Verdict[] = [];
for (const vector of (positionals.length === 0 ? OWN : positionals).flatMap(vectorsIn)) {
  const verdict = await conform(vector);
  verdicts.push(verdict);
  if (verdict.differences.length > 0) console.log(`FAILED ${verdict.name}\n  ${verdict.differences.join('\n  ')}`);
}
if (values.actual !== undefined) {
  writeFileSync(values.actual, verdicts.map(({ name, actual }) => `${JSON.stringify({ name, actual })}\n`).join(''));
}
const counts = positionals.length === 0 ? miscounted(verdicts) : [];
for (const count of counts) console.log(`FAILED ${count}`);
const failed = verdicts.filter(({ differences }) => differences.length > 0).length + counts.length;
console.log(`${verdicts.length + counts.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
