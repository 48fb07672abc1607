import type { Place } from '../findings/place.js';
import { shownPath } from './paths.js';
import type { Report, Surroundings } from './report.js';

/** What a code is about, for tools that list rules. */
export interface RuleText {
  readonly code: string;
  readonly title: string;
}

/** A relative reference, whatever is in the names of files: `#`, `?` and `%` mean something in it. */
function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** SARIF 2.1.0: what code scanning services and editors read. */
export function sarif({ findings }: Report, { folder }: Surroundings, rules: readonly RuleText[], version: string): string {
  const titles = new Map([...rules].reverse().map(({ code, title }) => [code, title]));
  const codes = [...new Set(findings.map(({ code }) => code))];
  const location = ({ file, line, column, endLine, endColumn }: Place) => ({
    physicalLocation: {
      artifactLocation: { uri: uriOf(shownPath(file, folder)), uriBaseId: 'ROOT' },
      region: { startLine: line, startColumn: column, endLine, endColumn },
    },
  });
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'flowproof',
            version,
            rules: codes.map((code) => ({ id: code, shortDescription: { text: titles.get(code) ?? code } })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(({ code, severity, message, place, related }) => ({
          ruleId: code,
          ruleIndex: codes.indexOf(code),
          level: severity,
          message: { text: message },
          locations: [location(place)],
          ...(related.length === 0
            ? {}
            : { relatedLocations: related.map((one, id) => ({ id, ...location(one.place), message: { text: one.message } })) }),
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
