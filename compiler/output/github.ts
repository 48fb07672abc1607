import { shownPath } from './paths.js';
import type { Report, Surroundings } from './report.js';

/** Workflow commands: GitHub shows them beside the lines of a pull request. */
export function github({ findings }: Report, { folder }: Surroundings): string {
  return findings
    .map(({ code, severity, message, place: { file, line, column, endLine }, related }) => {
      const more = related.map((one) => `\n${shownPath(one.place.file, folder)}:${one.place.line} ${one.message}`).join('');
      const command = severity === 'note' ? 'notice' : severity;
      return `::${command} file=${property(shownPath(file, folder))},line=${line},endLine=${endLine},col=${column},title=${property(code)}::${data(message + more)}\n`;
    })
    .join('');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
