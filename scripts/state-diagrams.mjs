/**
 * Draws the tables of legal moves of `src/model/states.ts` as state diagrams and puts them into docs/semantics.md, between
 * its marks. `--check` changes nothing, and fails when the document is behind the tables. Reads the build.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const DOCUMENT = join(ROOT, 'docs/semantics.md');
const { ATOM_MOVES, RUN_MOVES, isEnded } = await import(join(ROOT, 'dist/model/states.js'));

/** An atom has ended a phase there; whether the run goes on from it is not the atom's affair. */
const RESTS = new Set(['SUCCESS', 'REVERTED', 'REVERT_FAILURE', 'IGNORE']);

function diagram(moves, isEnd) {
  const arrows = Object.entries(moves).flatMap(([from, targets]) => targets.map((to) => `  ${from} --> ${to}`));
  const ends = Object.keys(moves)
    .filter(isEnd)
    .map((state) => `  ${state} --> [*]`);
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> PENDING', ...arrows, ...ends, '```'].join('\n');
}

function between(text, name, content) {
  const marks = new RegExp(`(<!-- begin ${name} -->\n)[^]*?(\n<!-- end ${name} -->)`);
  if (!marks.test(text)) throw new Error(`docs/semantics.md has no marks for '${name}'`);
  return text.replace(marks, (_, begin, end) => begin + content + end);
}

const before = readFileSync(DOCUMENT, 'utf8');
let after = between(before, 'run states', diagram(RUN_MOVES, isEnded));
after = between(
  after,
  'atom states',
  diagram(ATOM_MOVES, (state) => RESTS.has(state)),
);
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('docs/semantics.md shows other moves than src/model/states.ts: run node scripts/state-diagrams.mjs');
    process.exitCode = 1;
  }
} else writeFileSync(DOCUMENT, after);
