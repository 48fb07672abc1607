/** `// flowproof-ignore CODE: reason`, on the line itself or alone on the one before it. */
const COMMENT = /\/\/ *flowproof-ignore\b *([A-Z_]*) *:? *(.*)$/;

export interface IgnoreComment {
  /** What is to be ignored; empty when it does not say. */
  readonly code: string;
  readonly reason: string;
  /** Where in its line it begins, from 0. */
  readonly start: number;
  readonly length: number;
  /** Nothing stands before it: it is about the next line. */
  readonly alone: boolean;
}

/** The comment in a line of source that says to ignore something. */
export function ignoreCommentIn(line: string): IgnoreComment | undefined {
  const found = COMMENT.exec(line.trimEnd());
  if (found === null) return undefined;
  const alone = line.slice(0, found.index).trim() === '';
  return { code: found[1] ?? '', reason: found[2]?.trim() ?? '', start: found.index, length: found[0].length, alone };
}
