import { relative } from 'node:path';
import type { RunResult } from 'flowproof';
import type { publish } from '../flow.js';
import type { Target } from '../target.js';
import type { Row } from './ledger.js';
import { size, table } from './table.js';

/** The table of what ran, what it means, and what to try next. */
export function ending(result: RunResult<typeof publish>, rows: readonly Row[], target: Target): string {
  return ['', table(rows), '', ...meaning(result, target)].join('\n');
}

function meaning(result: RunResult<typeof publish>, target: Target): readonly string[] {
  const current = relative('.', target.at(target.current));
  switch (result.state) {
    case 'SUCCESS': {
      const { manifest, visited } = result.results;
      const skipped = manifest.skipped === 0 ? '' : ` (${manifest.skipped} links and special files are not published)`;
      return [
        `Published ${manifest.files} files, ${size(manifest.bytes)}, as ${result.runId}${skipped}; ${visited} visited over HTTP.`,
        `It is what ${current} points to.`,
        '',
        'Next: npm run demo -- --crash-at write    dies in the middle; then npm run demo goes on',
        '      npm run demo -- --fail-at smoke-test    fails when it is live already; everything is undone',
      ];
    }
    case 'FAILURE':
      return [`${result.runId} failed, and could not be undone: look at ${result.pendingReverts.join(', ')}.`, ...failures(result)];
    case 'SUSPENDED':
      return [`${result.runId} is suspended; the same command again goes on.`];
    default:
      return [`${result.runId} was undone: the disk and ${current} are as they were.`, ...failures(result)];
  }
}

function failures({ failures }: Extract<RunResult<typeof publish>, { failures: unknown }>): readonly string[] {
  return failures.map(({ path, phase, failure }) => `  ${path} (${phase}): ${failure.message}`);
}
