/** A stretch of source. Lines and columns count from 1. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  /** One past the last character. */
  readonly endColumn: number;
}

/** `file:line:column`: equal for equal places. */
export function placeKey({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
