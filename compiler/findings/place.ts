/** A stretch of source. Lines and columns count from 1. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** In characters; it may go beyond the end of its line. */
  readonly length: number;
}

/** `file:line:column`: equal for equal places. */
export function placeKey({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
