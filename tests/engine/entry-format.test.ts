import { expect, test } from 'vitest';
import { Writer } from '../../src/engine/record/writer.js';
import { foldEntry } from '../../src/engine/state/fold.js';
import { newRun } from '../../src/engine/state/run-status.js';
import { snapshotOf } from '../../src/engine/state/snapshot.js';
import { systemClock } from '../../src/model/clock.js';
import { randomIds } from '../../src/model/ids.js';
import { memory } from '../../src/persistence/index.js';
import { sampleRun } from '../conformance/journal/samples.js';

test('a snapshot needs the format of the newest entry that it stands for, and a step the one of its own words', () => {
  const run = newRun('r', 3);
  const { entry } = sampleRun();
  foldEntry(run, { ...entry(0), format: 7 });
  const writer = new Writer({ journal: memory().connect(), clock: systemClock, ids: randomIds(), storeTimeoutMs: 1 }, undefined);
  run.seq += 1;
  expect(writer.entry(run, [['RUN', 'RUNNING']]).format).toBe(1);
  const snapshot = writer.entry(run, [['SNAPSHOT', snapshotOf(run)]], 'snapshot');
  expect(snapshot.format).toBe(7);
  const read = newRun('r', 3);
  foldEntry(read, snapshot);
  expect(read.format).toBe(7);
});
