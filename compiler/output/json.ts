import { shownPath } from './paths.js';
import type { Report, Surroundings } from './report.js';

/** A list of findings with relative paths: stable, for other programs. */
export function json({ findings }: Report, { folder }: Surroundings): string {
  const list = findings.map(({ code, severity, message, place: { file, line, column, endLine, endColumn }, related }) => ({
    code,
    severity,
    file: shownPath(file, folder),
    line,
    column,
    endLine,
    endColumn,
    message,
    ...(related.length === 0
      ? {}
      : {
          related: related.map(({ place, message }) => ({
            file: shownPath(place.file, folder),
            line: place.line,
            column: place.column,
            message,
          })),
        }),
  }));
  return `${JSON.stringify(list, undefined, 2)}\n`;
}
