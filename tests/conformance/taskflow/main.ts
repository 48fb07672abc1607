/**
 * `npm run conformance -- [file.jsonl …] [--actual out.jsonl]`: replays what TaskFlow did on flowproof and compares. Without
 * files: those of this folder. The last line counts, and what fails makes the exit code 1.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { conform, type Verdict, vectorsIn } from './conform.js';

const { values, positionals } = parseArgs({
  options: { actual: { type: 'string' }, only: { type: 'string' }, brief: { type: 'boolean' } },
  allowPositionals: true,
});
const verdicts: Verdict[] = [];
for (const file of positionals) {
  for (const vector of vectorsIn(file)) {
    if (values.only !== undefined && !new RegExp(values.only).test(vector.case.name)) continue;
    const verdict = await conform(vector);
    verdicts.push(verdict);
    if (verdict.differences.length > 0) console.log(`FAILED ${verdict.name}\n  ${verdict.differences.join('\n  ')}`);
  }
}
if (values.actual !== undefined) {
  writeFileSync(values.actual, verdicts.map(({ name, actual }) => `${JSON.stringify({ name, actual })}\n`).join(''));
}
const failed = verdicts.filter(({ differences }) => differences.length > 0).length;
console.log(`${verdicts.length - failed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
