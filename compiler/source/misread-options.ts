import type { Place } from '../findings/place.js';
import { ts } from './typescript.js';

/** A value in a tsconfig that its option does not take here: what is judged is read as if it were not there. */
export interface MisreadOption {
  readonly place: Place;
  readonly message: string;
}

/** An option has none of its values, or one of another type. */
const CODES: ReadonlySet<number> = new Set([5024, 6046]);

/** What a tsconfig, and those that it extends, say in vain. */
export function misreadIn(diagnostics: readonly ts.Diagnostic[]): readonly MisreadOption[] {
  return diagnostics.flatMap(({ code, file, start, length = 0, messageText }) => {
    if (!CODES.has(code) || file === undefined || start === undefined) return [];
    const [from, to] = [start, start + length].map((position) => file.getLineAndCharacterOfPosition(position));
    if (from === undefined || to === undefined) return [];
    const place = {
      ...{ file: file.fileName, line: from.line + 1, column: from.character + 1 },
      ...{ endLine: to.line + 1, endColumn: to.character + 1 },
    };
    const text = ts.flattenDiagnosticMessageText(messageText, ' ');
    return [{ place, message: `the sources are read without this option: ${text}` }];
  });
}
