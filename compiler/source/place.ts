import type { Place } from '../findings/place.js';
import type { ts } from './typescript.js';

/** Where a node stands, without the comments before it. */
export function placeOf(node: ts.Node): Place {
  const file = node.getSourceFile();
  const start = node.getStart(file);
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const end = file.getLineAndCharacterOfPosition(node.getEnd());
  return { file: file.fileName, line: line + 1, column: character + 1, endLine: end.line + 1, endColumn: end.character + 1 };
}
