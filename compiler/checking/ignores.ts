import type { Finding } from '../findings/finding.js';
import { ignoreCommentIn } from '../findings/ignore-comment.js';
import { isLineComment, type ts } from '../source/index.js';

interface Ignore {
  readonly file: string;
  /** The line that it is about. */
  readonly about: number;
  readonly code: string;
  readonly reason: string;
  readonly finding: Pick<Finding, 'place'>;
}

/** Leaves out what comments say to ignore, and adds what is wrong with these comments. */
export function withoutIgnored(findings: readonly Finding[], files: readonly ts.SourceFile[]): readonly Finding[] {
  const ignores = files.flatMap(ignoresIn);
  const used = new Set<Ignore>();
  const left = findings.filter(({ code, place }) => {
    const ignore = ignores.find((one) => one.file === place.file && one.about === place.line && one.code === code && one.reason !== '');
    if (ignore !== undefined) used.add(ignore);
    return ignore === undefined;
  });
  const wrong = ignores
    .filter((ignore) => !used.has(ignore))
    .map((ignore): Finding => {
      const { code, reason, finding } = ignore;
      const message =
        code === '' || reason === ''
          ? "say what to ignore, and why: '// flowproof-ignore CODE: reason'"
          : `there is no ${code} here to ignore: remove this comment`;
      return { code: 'USELESS_IGNORE', severity: 'warning', message, place: finding.place, related: [] };
    });
  return [...left, ...wrong];
}

function ignoresIn(file: ts.SourceFile): readonly Ignore[] {
  if (!file.text.includes('flowproof-ignore')) return [];
  return file.text.split('\n').flatMap((line, index) => {
    const found = ignoreCommentIn(line);
    if (found === undefined) return [];
    const { code, reason, start, length, alone } = found;
    if (!isLineComment(file.getPositionOfLineAndCharacter(index, start), file)) return [];
    const place = { file: file.fileName, line: index + 1, endLine: index + 1, column: start + 1, endColumn: start + length + 1 };
    return { file: file.fileName, about: alone ? index + 2 : index + 1, code, reason, finding: { place } };
  });
}
