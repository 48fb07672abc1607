import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineTask, file, flowproof, linear } from 'flowproof';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logLedger } from './log-ledger.js';

const flow = linear('two')
  .add(defineTask({ name: 'one', execute: async () => undefined }))
  .add(defineTask({ name: 'other', execute: async () => undefined }))
  .build();

let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'flowproof-ledger-'));
  const app = flowproof({ persistence: file(directory), flows: [flow] });
  for (const id of ['a', 'b', 'c']) await app.run(flow, { id, logbook: id });
  await app.prune({ logbook: 'c', olderThanMs: -1_000 });
  await app.stop();
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Changes the lines of the log as an editor would. */
function rewrite(change: (lines: string[]) => string[]): void {
  const [name = ''] = readdirSync(directory).filter((one) => one.endsWith('.log'));
  const path = join(directory, name);
  writeFileSync(path, change(readFileSync(path, 'utf8').split('\n')).join('\n'));
}

test('runs of a log are counted without the store; those that were removed are not', () => {
  expect(logLedger(directory)).toMatchObject({ complaints: [], steps: 6, takeovers: 0 });
  expect([...logLedger(directory).losses.keys()]).toEqual(['a', 'b']);
});

const isStep = (line: string, seq: number) => line.includes('"type":"entry"') && line.includes(`"seq":${seq},`);

test.each<[string, (lines: string[]) => string[], RegExp]>([
  [
    'a step is gone',
    (lines) => lines.filter((line, at) => !isStep(line, 1) || at > lines.findIndex((one) => isStep(one, 1))),
    /run a: its step 1 is of place 2/,
  ],
  [
    'another one wrote in the same epoch',
    (lines) => lines.map((line) => (isStep(line, 2) ? line.replace(/"writer":"[^"]+"/, '"writer":"x"') : line)),
    /two engines wrote in epoch 0/,
  ],
  ['the shape of a flow is gone', (lines) => lines.filter((line) => !line.includes('"type":"shape"')), /run a has no shape/],
  ['what a run began with is gone', (lines) => lines.filter((line) => !line.includes('"key":"a"')), /steps without a run/],
])('it is noticed that %s', (_what, change, found) => {
  rewrite(change);
  expect(logLedger(directory).complaints.join('\n')).toMatch(found);
});

test('an engine that was lost is counted for what was under way', () => {
  rewrite((lines) =>
    lines.map((line) => (isStep(line, 1) && line.includes('"SUCCESS"') ? line.replace(/\t\[/, '\t[["TAKEOVER",[1]],') : line)),
  );
  expect(logLedger(directory).losses.get('a')?.get('two/other')).toBe(1);
});
