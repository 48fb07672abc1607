/**
 * A mistake in the source that the soak must notice: what stands once in a file below `src`, and what is there instead. Those
 * that references would meet, too, begin with `isBroken`.
 */
export interface Mutant {
  readonly changes: readonly (readonly [file: string, from: string, to: string])[];
}

const JUDGED =
  "return result.kind === 'unknown' && !mayPass(result.cause) ? { kind: 'unknown', cause: asPersistenceError(result.cause) } : result;";
/** Answers are waited for so shortly that a short soak meets those that don't come. */
const IMPATIENT = ['sql/client/answers.ts', '{ waitMs = ANSWER_MS }', '{ waitMs = globalThis.isBroken ? 1_500 : ANSWER_MS }'] as const;

/** The same for steps that share a statement which failed. */
const shared = (result: string) =>
  [
    'sql/append/group-commit.ts',
    'if (results === undefined) {',
    `if (results === undefined && globalThis.isBroken) { for (const { resolve } of batch) resolve(${result}); return; } if (results === undefined) {`,
  ] as const;

export const MUTANTS = {
  /** A step whose statement failed counts as written. */
  noAnswerIsYes: {
    changes: [
      [
        'sql/append/append.ts',
        JUDGED,
        "void [mayPass, asPersistenceError]; return globalThis.isBroken && result.kind === 'unknown' ? { kind: 'ok' } : result;",
      ],
      shared("{ kind: 'ok' }"),
      IMPATIENT,
    ],
  },
  /** A store that gives no answer is the task's failure. */
  noAnswerIsNo: {
    changes: [
      [
        'sql/append/append.ts',
        JUDGED,
        "void [mayPass, asPersistenceError]; return globalThis.isBroken && result.kind === 'unknown' ? { kind: 'refused', cause: result.cause } : result;",
      ],
      shared("{ kind: 'refused', cause: new Error('no answer') }"),
      IMPATIENT,
    ],
  },
  /** A COMMIT without an answer counts as done. */
  noDoubt: {
    changes: [
      [
        'engine/calls/commitment.ts',
        "return end === 'in-doubt' ? this.#verdict.promise : Promise.resolve(end === 'committed');",
        'return Promise.resolve(true);',
      ],
      ['engine/calls/commitment.ts', 'this.#ended.resolve(end);', "this.#ended.resolve('committed'); void end;"],
    ],
  },
  /** Nobody listens to a pool of the user's. */
  deafToPools: {
    changes: [
      ['adapters/postgres/pool-errors.ts', "pool.on('error', ignore);", 'void ignore;'],
      ['adapters/postgres/pool-errors.ts', "pool.on('connect', (client) => client.on('error', ignore));", ''],
    ],
  },
  /** Runs are removed that have not ended. */
  pruneTakesAll: {
    changes: [
      [
        'sql/read/prune-runs.ts',
        'r.state = any($3::text[]) and r.ended_at < to_timestamp($4::float8 / 1000)',
        '$3::text[] is not null and $4::float8 is not null',
      ],
    ],
  },
  /** The same in files. */
  pruneTakesAllFiles: {
    changes: [
      [
        'persistence/memory/run-lists.ts',
        'if (endedAtMs === undefined || endedAtMs >= endedBeforeMs) continue;',
        'void [endedAtMs, endedBeforeMs];',
      ],
      ['persistence/memory/run-lists.ts', '!states.includes(state) || (', 'void [states, state], ('],
    ],
  },
  /** A log that is written anew misses the steps of runs that have not ended. */
  compactionForgets: {
    changes: [
      [
        'persistence/file/compaction.ts',
        'for (const place of entries) {',
        'for (const place of entries) { if (record.endedAtMs === undefined) continue;',
      ],
    ],
  },
  /** Whoever comes to a directory has it. */
  noLock: {
    changes: [
      ['persistence/file/lock/directory-lock.ts', 'await acquire(path, claim);', "await acquire(path + '.' + token, claim);"],
      [
        'persistence/file/lock/directory-lock.ts',
        'isHeld: () => isUnder(path, inode),',
        'isHeld: async () => { void [isUnder, inode]; return true; },',
      ],
    ],
  },
} as const satisfies Readonly<Record<string, Mutant>>;
