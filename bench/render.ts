/**
 * `npm run bench:render -- FILE …`: puts what `npm run bench -- --save FILE` or `npm run bench:peers -- --save FILE` has
 * measured into docs/benchmarks.md, between the two marks of its section, with the plots beside it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rendered, withMeasured } from './rendered.js';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('say which file: npm run bench:render -- FILE');
  process.exit(2);
}
const docs = join(process.cwd(), 'docs');
const page = join(docs, 'benchmarks.md');
mkdirSync(join(docs, 'benchmarks'), { recursive: true });
for (const file of files) {
  const part = rendered(readFileSync(file, 'utf8'));
  for (const [name, svg] of part.plots) writeFileSync(join(docs, 'benchmarks', name), svg);
  writeFileSync(page, withMeasured(readFileSync(page, 'utf8'), part));
}
