import { SENTENCES } from '../../src/model/diagnostics.js';
import { ADVICE } from './diagnostics.js';
import { FAILURES } from './failures.js';
import { type Entry, THROWN } from './thrown.js';

const section = ([code, { when, remedy }]: readonly [string, Entry]): string => `### ${code}\n\n${when}\n\n**What to do:** ${remedy}\n`;

/** A sentence as Markdown: what is filled in is slanted, and nothing else is. */
const quoted = (sentence: string): string => sentence.replaceAll('__', '\\_\\_').replace(/\{(\w+)\}/g, '*$1*');

/** docs/errors.md as a whole. */
export function errorsPage(): string {
  const diagnostics = Object.entries(SENTENCES).map(
    ([code, sentence]) => `### ${code}\n\n> ${quoted(sentence)}\n\n${ADVICE[code as keyof typeof ADVICE]}\n`,
  );
  return [
    '# Errors',
    '<!-- Written by scripts/errors-page.mjs: change what is in scripts/errors-page/ instead. -->',
    "Each error has a stable `code`, and `help`, the place of this page that explains it. Tell errors apart by\n`isFlowproofError(error, 'RUN_CONFLICT')`, which works across copies of the package, not by `instanceof` or the text.",
    '```ts',
    "import { isFlowproofError } from 'flowproof';\n\nexport function isTaken(error: unknown): boolean {\n  return isFlowproofError(error, 'RUN_CONFLICT');\n}",
    '```',
    '[What is thrown](#what-is-thrown) · [Codes of failures](#codes-of-failures) · [What is wrong with a flow](#what-is-wrong-with-a-flow)',
    '## What is thrown',
    Object.entries(THROWN).map(section).join('\n'),
    '## Codes of failures',
    'A task that fails does not throw to the caller of `run`: its failure stands in `result.failures`, with the `code` of what it\nthrew, if that had one. These codes are flowproof’s own. `INVALID_INPUT`, `JOURNAL_FULL`, `STORE_REFUSED`, those of `transaction`,\n`RESULT_NOT_OBJECT`, `PROVIDES_MISSING` and `PROVIDES_UNKNOWN` are codes of failures, too.',
    Object.entries(FAILURES).map(section).join('\n'),
    '## What is wrong with a flow',
    'Types say these sentences in the editor, `compile()` and `run()` in `error.diagnostics`, and `flowproof check` with file and line.\nWhat the checker alone says is in [its own list](checker.md).',
    diagnostics.join('\n'),
  ]
    .join('\n\n')
    .replaceAll('```ts\n\n', '```ts\n')
    .replaceAll('\n\n```\n', '\n```\n')
    .replaceAll('’', "'");
}
