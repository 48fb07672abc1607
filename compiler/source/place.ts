import type { ts } from './typescript.js';

/** A stretch of source. Lines and columns count from 1. */
export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** In characters; it may go beyond the end of its line. */
  readonly length: number;
}

/** Where a node stands, without the comments before it. */
export function placeOf(node: ts.Node): Place {
  const file = node.getSourceFile();
  const start = node.getStart(file);
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return { file: file.fileName, line: line + 1, column: character + 1, length: node.getEnd() - start };
}

/** `file:line:column`: equal for equal places. */
export function placeKey({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}
