import type { Place } from '../findings/place.js';
import type { SourceProject } from './project.js';
import { ts } from './typescript.js';

/** What the compiler can't parse, and why: the first of each file, for others may come of it. */
export interface SyntaxError {
  readonly place: Place;
  readonly message: string;
}

export function syntaxErrorsIn({ files, program }: SourceProject): readonly SyntaxError[] {
  return files.flatMap((file) => {
    const [first] = program.getSyntacticDiagnostics(file);
    if (first === undefined) return [];
    const start = file.getLineAndCharacterOfPosition(first.start);
    const end = file.getLineAndCharacterOfPosition(first.start + first.length);
    const place = {
      ...{ file: file.fileName, line: start.line + 1, column: start.character + 1 },
      ...{ endLine: end.line + 1, endColumn: end.character + 1 },
    };
    return [{ place, message: ts.flattenDiagnosticMessageText(first.messageText, ' ') }];
  });
}
