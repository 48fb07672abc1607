import type { Place } from '../findings/place.js';
import { ts } from './typescript.js';

/** Where a node stands, without the comments before it. */
export function placeOf(node: ts.Node): Place {
  const file = node.getSourceFile();
  const start = node.getStart(file);
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const end = file.getLineAndCharacterOfPosition(node.getEnd());
  return { file: file.fileName, line: line + 1, column: character + 1, endLine: end.line + 1, endColumn: end.character + 1 };
}

/** Whether a comment of one line begins there: not in a text, nor in another comment. */
export function isLineComment(position: number, file: ts.SourceFile): boolean {
  let node: ts.Node = file;
  for (let next: ts.Node | undefined = file; next !== undefined; ) {
    node = next;
    next = node.getChildren(file).find(({ pos, end }) => pos <= position && (position < end || end === file.end));
  }
  const comments = [
    ...(ts.getTrailingCommentRanges(file.text, node.pos) ?? []),
    ...(ts.getLeadingCommentRanges(file.text, node.pos) ?? []),
  ];
  return comments.some(({ kind, pos }) => kind === ts.SyntaxKind.SingleLineCommentTrivia && pos === position);
}
