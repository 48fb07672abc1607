/**
 * Draws the tables of legal moves of `src/model/states.ts` as state diagrams, lists the words of the journal, and puts them into
 * docs/semantics.md and docs/persistence.md, between their marks. `--check` changes nothing, and fails when a document is behind
 * the tables.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const PROGRAM = join(ROOT, 'build/tables.mjs');

await build({
  stdin: {
    contents:
      "export * from './src/model/states.ts'; export { STANDINGS } from './src/model/standings.ts'; export { TRANSITIONS } from './src/persistence/transitions/table.ts';",
    resolveDir: ROOT,
    loader: 'ts',
  },
  outfile: PROGRAM,
  bundle: true,
  format: 'esm',
  platform: 'node',
  logLevel: 'error',
});
const { ATOM_MOVES, INTENTIONS, RUN_MOVES, isEnded, STANDINGS, TRANSITIONS } = await import(PROGRAM);

/** An atom has ended a phase there; whether the run goes on from it is not the atom's affair. */
const RESTS = new Set(['SUCCESS', 'REVERTED', 'REVERT_FAILURE', 'IGNORE']);

function diagram(moves, isEnd) {
  const arrows = Object.entries(moves).flatMap(([from, targets]) => targets.map((to) => `  ${from} --> ${to}`));
  const ends = Object.keys(moves)
    .filter(isEnd)
    .map((state) => `  ${state} --> [*]`);
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> PENDING', ...arrows, ...ends, '```'].join('\n');
}

function words() {
  const about = { run: 'the run', atom: 'an atom', atoms: 'atoms', range: 'a range of atoms' };
  const rows = Object.entries(TRANSITIONS).map(([word, kind]) => `| \`${word}\` | ${about[kind.about]} | ${kind.says} |`);
  return ['| word | about | what it states |', '|---|---|---|', ...rows].join('\n');
}

/** What comes of an atom: a row a state, a column an intention. */
function standings() {
  const rows = Object.entries(STANDINGS).map(([state, row]) => `| **${state}** | ${INTENTIONS.map((one) => row[one].says).join(' | ')} |`);
  return [`| | ${INTENTIONS.join(' | ')} |`, `|---|${INTENTIONS.map(() => '---|').join('')}`, ...rows].join('\n');
}

function put(document, contents) {
  const path = join(ROOT, document);
  const before = readFileSync(path, 'utf8');
  let after = before;
  for (const [name, content] of Object.entries(contents)) {
    const marks = new RegExp(`(<!-- begin ${name} -->\n)[^]*?(\n<!-- end ${name} -->)`);
    if (!marks.test(after)) throw new Error(`${document} has no marks for '${name}'`);
    after = after.replace(marks, (_, begin, end) => begin + content + end);
  }
  if (after === before) return;
  if (process.argv.includes('--check')) {
    console.error(`${document} shows other tables than the sources have: run node scripts/state-diagrams.mjs`);
    process.exitCode = 1;
  } else writeFileSync(path, after);
}

put('docs/semantics.md', {
  'run states': diagram(RUN_MOVES, isEnded),
  'atom states': diagram(ATOM_MOVES, (state) => RESTS.has(state)),
  standings: standings(),
});
put('docs/persistence.md', { words: words() });
