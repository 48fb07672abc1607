import { expect, test } from 'vitest';
import { memory } from '../../src/persistence/index.js';
import { begun } from '../conformance/journal/samples.js';
import { describeJournal } from '../conformance/journal.js';
import { memoryRig } from './memory-rig.js';

describeJournal('memory', () => memoryRig());

test('shares one store among the connections of one value, and nothing between values', async () => {
  const persistence = memory();
  const run = await begun(persistence.connect());
  expect(await persistence.connect().find({ runId: run.runId })).toBeDefined();
  expect(await memory().connect().find({ runId: run.runId })).toBeUndefined();
});

test('does nothing more once closed, and leaves other connections alone', async () => {
  const persistence = memory();
  const [one, other] = [persistence.connect(), persistence.connect()];
  await one.close();
  await one.close();
  await expect(one.runs({})).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  expect(await other.runs({})).toEqual({ runs: [] });
});
