/**
 * `npm run bench:render -- FILE`: puts what `npm run bench -- --save FILE` has measured into docs/benchmarks.md, between
 * its two marks, with the plots beside it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rendered, withMeasured } from './rendered.js';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('say which file: npm run bench:render -- FILE');
  process.exit(2);
}
const docs = join(process.cwd(), 'docs');
const page = join(docs, 'benchmarks.md');
const { markdown, plots } = rendered(readFileSync(file, 'utf8'));
mkdirSync(join(docs, 'benchmarks'), { recursive: true });
for (const [name, svg] of plots) writeFileSync(join(docs, 'benchmarks', name), svg);
writeFileSync(page, withMeasured(readFileSync(page, 'utf8'), markdown));
