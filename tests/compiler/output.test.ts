import { describe, expect, test } from 'vitest';
import type { Finding } from '../../compiler/findings/finding.js';
import { inOrder } from '../../compiler/findings/order.js';
import { shortened } from '../../compiler/findings/shorten.js';
import { github, json, type Report, sarif, text } from '../../compiler/output/index.js';
import { printable } from '../../src/model/text/printable.js';

const place = (file: string, line: number, column: number, endColumn: number) => ({ file, line, column, endLine: line, endColumn });
const findings: readonly Finding[] = [
  {
    code: 'CYCLE',
    severity: 'error',
    message: "flow 'f' has a cycle: a --x--> b",
    place: place('/p/src/flows.ts', 2, 9, 12),
    related: [{ place: place('/p/src/tasks.ts', 1, 1, 2), message: "'b' reads 'x', 100%: here" }],
  },
  { code: 'ANY_OUTPUT', severity: 'note', message: 'it is any', place: place('/p/src/flows.ts', 3, 1, 4), related: [] },
];
const report: Report = { findings, flows: 1, tasks: 2, files: 3 };
const sources: Readonly<Record<string, string>> = { '/p/src/flows.ts': "first\n\t  .add('a')\nany\n" };
const plain = { folder: '/p', color: false, read: (file: string) => sources[file] };

describe('findings', () => {
  test('as text: code frames like those of the compiler, with what belongs to them', () => {
    expect(text(report, plain)).toBe(`src/flows.ts:2:9 - error CYCLE: flow 'f' has a cycle: a --x--> b

2       .add('a')
             ~~~

  src/tasks.ts:1:1
    'b' reads 'x', 100%: here

src/flows.ts:3:1 - note ANY_OUTPUT: it is any

3 any
  ~~~

1 flow and 2 tasks in 3 files: 1 error, 1 note.
`);
  });

  test('as text in colours', () => {
    expect(text(report, { ...plain, color: true })).toContain('\x1b[91merror\x1b[0m \x1b[90mCYCLE:\x1b[0m');
  });

  test('as text: of a line that nobody wrote, what is around the place', () => {
    const read = () => `${'x'.repeat(5000)}meant${'y'.repeat(5000)}`;
    const [finding] = findings;
    const long = (column: number, endColumn: number) => {
      const said = { ...(finding as Finding), place: place('/p/a.js', 1, column, endColumn), related: [] };
      const [, , source = '', marks = ''] = text({ ...report, findings: [said] }, { ...plain, read }).split('\n');
      return { source, marked: source.slice(marks.indexOf('~'), marks.length) };
    };
    expect(long(5001, 5006).source).toMatch(/^1 …x{50}meanty{145}…$/);
    expect(long(5001, 5006).marked).toBe('meant');
    expect(long(1, 4000)).toEqual({ source: `1 ${'x'.repeat(200)}…`, marked: 'x'.repeat(200) });
    expect(long(10_006, 10_007).source).toMatch(/^1 …y{50}$/);
  });

  test('as text, when there is nothing to say', () => {
    expect(text({ ...report, findings: [] }, plain)).toBe('1 flow and 2 tasks in 3 files: nothing to say.\n');
  });

  test('as JSON: a list with relative paths', () => {
    expect(JSON.parse(json(report, plain))[0]).toEqual({
      code: 'CYCLE',
      severity: 'error',
      file: 'src/flows.ts',
      line: 2,
      column: 9,
      endLine: 2,
      endColumn: 12,
      message: "flow 'f' has a cycle: a --x--> b",
      related: [{ file: 'src/tasks.ts', line: 1, column: 1, message: "'b' reads 'x', 100%: here" }],
    });
  });

  test('as commands of GitHub, with what would end them escaped', () => {
    expect(github(report, plain)).toBe(
      "::error file=src/flows.ts,line=2,endLine=2,col=9,title=CYCLE::flow 'f' has a cycle: a --x--> b%0Asrc/tasks.ts:1 'b' reads 'x', 100%25: here\n" +
        '::notice file=src/flows.ts,line=3,endLine=3,col=1,title=ANY_OUTPUT::it is any\n',
    );
  });

  test('as SARIF 2.1.0', () => {
    const log = JSON.parse(sarif(report, plain, [{ code: 'CYCLE', title: 'a circle' }], '1.2.3'));
    expect(log.version).toBe('2.1.0');
    const [run] = log.runs;
    expect(run.tool.driver).toEqual({
      name: 'flowproof',
      version: '1.2.3',
      rules: [
        { id: 'CYCLE', shortDescription: { text: 'a circle' } },
        { id: 'ANY_OUTPUT', shortDescription: { text: 'ANY_OUTPUT' } },
      ],
    });
    expect(run.results.map(({ ruleId, ruleIndex, level }: Record<string, unknown>) => [ruleId, ruleIndex, level])).toEqual([
      ['CYCLE', 0, 'error'],
      ['ANY_OUTPUT', 1, 'note'],
    ]);
    expect(run.results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'src/flows.ts', uriBaseId: 'ROOT' },
      region: { startLine: 2, startColumn: 9, endLine: 2, endColumn: 12 },
    });
    expect(run.results[0].relatedLocations).toHaveLength(1);
  });

  test('come in the order of their places, each once', () => {
    const [cycle, any] = findings as [Finding, Finding];
    expect(inOrder([any, cycle, any])).toEqual([cycle, any]);
  });
});

describe('what repeats itself is said once', () => {
  const found = (code: string, line: number, message: string): Finding => ({
    ...{ code, severity: 'error', message, related: [] },
    place: place('/p/a.ts', line, 1, 2),
  });

  test('the first findings of a code at a place, and how many more there are', () => {
    const many = Array.from({ length: 64 }, (_, index) => found('MISSING_VALUE', 7, `needs 'v${index}'`));
    const other = found('CYCLE', 7, 'a cycle');
    expect(shortened([...many, other]).map(({ message }) => message)).toEqual([
      "needs 'v0'",
      "needs 'v1'",
      "needs 'v2' (and 61 more MISSING_VALUE here)",
      'a cycle',
    ]);
    expect(shortened(many.slice(0, 3))).toEqual(many.slice(0, 3));
  });

  test('a sentence at its first place, with the next ones', () => {
    const many = Array.from({ length: 400 }, (_, index) => found('MISSING_VALUE', index + 1, "needs 'x'"));
    expect(shortened(many)).toEqual([
      {
        ...found('MISSING_VALUE', 1, "needs 'x' (and at 397 more places of this file)"),
        related: [2, 3].map((line) => ({ place: place('/p/a.ts', line, 1, 2), message: 'the same here' })),
      },
    ]);
    const elsewhere = many.map((one, index) => ({ ...one, place: { ...one.place, file: `/p/${index}.ts` } }));
    expect(shortened(elsewhere)).toEqual(elsewhere);
  });
});

test('in SARIF a path is a reference, whatever is in the names of files', () => {
  const odd = { ...(findings[1] as Finding), place: place('/p/a b/#1/50%?/[x].ts', 1, 1, 2) };
  const log = JSON.parse(sarif({ ...report, findings: [odd] }, plain, [], '1')) as {
    runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[];
  };
  const uri = log.runs[0]?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri ?? '';
  expect(uri).toBe('a%20b/%231/50%25%3F/%5Bx%5D.ts');
  expect(new URL(uri, 'file:///p/').pathname.split('/').map(decodeURIComponent).join('/')).toBe('/p/a b/#1/50%?/[x].ts');
});

test('a name does nothing to a terminal, and a flow of an honest name is not changed', () => {
  expect(printable("flow '\x1b[2J\r\u202e' is 'größe 🚀'")).toBe("flow '\\u001b[2J\\u000d\\u202e' is 'größe 🚀'");
  const read = () => "linear('\x1b[2J')";
  expect(
    text({ ...report, findings: [{ ...(findings[1] as Finding), place: place('/p/a.ts', 1, 1, 7) }] }, { ...plain, read }),
  ).not.toContain('\x1b');
});
