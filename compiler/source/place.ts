import type { Place } from '../findings/place.js';
import type { ts } from './typescript.js';

/** Where a node stands, without the comments before it. */
export function placeOf(node: ts.Node): Place {
  const file = node.getSourceFile();
  const start = node.getStart(file);
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  return { file: file.fileName, line: line + 1, column: character + 1, length: node.getEnd() - start };
}
