import { expect, test } from 'vitest';
import { type LeftOut, type Measured, measure, type Sample, type System, spread, timed } from '../../bench/harness.js';
import { jsonLine, table } from '../../bench/report.js';
import { StepLatency } from '../../bench/step-latency.js';

const bench = { quick: true, postgres: () => Promise.reject(new Error('not needed')) };

function scripted(name: string, log: string[], milliseconds: readonly number[], more: Partial<Sample> = {}): System {
  let calls = 0;
  return {
    name,
    async sample() {
      log.push(name);
      // The first one is not counted.
      return { units: 2, ms: milliseconds[calls++ - 1] ?? 1_000, ...more };
    },
  };
}

test('systems take turns, and a ratio is of neighbours', async () => {
  const log: string[] = [];
  const counts = { statements: 3, commits: 2, walBytes: 500 };
  const systems = [scripted('raw', log, [1, 2, 3, 4, 10]), scripted('ours', log, [3, 6, 9, 12, 30], { counts })];
  const [raw, ours] = await measure({ name: 'work', unit: 'step', open: async () => systems }, bench);
  expect(log.join(' ')).toBe('raw ours raw ours ours raw raw ours ours raw raw ours');
  expect(raw).toMatchObject({ usPerUnit: { median: 1_500, min: 500, max: 5_000 }, ratioToRaw: { median: 1 }, statementsPerUnit: null });
  expect(ours).toMatchObject({ usPerUnit: { median: 4_500 }, ratioToRaw: { median: 3, min: 3, max: 3 }, walBytesPerUnit: 250 });
});

test('what a process computes is a figure of its own, and none where the work is done elsewhere', async () => {
  const times = [1, 1, 1, 1, 1];
  const systems = [scripted('raw', [], times, { cpuUs: 100 }), scripted('ours', [], times, { cpuUs: 140 }), scripted('child', [], times)];
  const [raw, ours, child] = await measure({ name: 'work', unit: 'step', open: async () => systems }, bench);
  expect(raw).toMatchObject({ cpuUsPerUnit: { median: 50 }, cpuRatioToRaw: { median: 1 } });
  expect(ours).toMatchObject({ cpuUsPerUnit: { median: 70 }, cpuRatioToRaw: { median: 1.4, min: 1.4, max: 1.4 } });
  expect(child).toMatchObject({ cpuUsPerUnit: null, cpuRatioToRaw: null });
  expect(table([raw, ours, child] as Measured[]).split('\n')[3]).toContain('| 70     | 1.4 (1.4–1.4)');
});

test('work that is done in this process is measured with what it computes', async () => {
  const { cpuUs = 0 } = await timed(1, async () => {
    const until = process.cpuUsage().user + 20_000;
    while (process.cpuUsage().user < until);
  });
  expect(cpuUs).toBeGreaterThanOrEqual(20_000);
});

test('what the machine did meanwhile does not count, as long as enough is left', async () => {
  const systems = [scripted('raw', [], [1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1]), scripted('ours', [], [2, 2, 2, 2, 2, 5, 2, 2, 2, 2, 2])];
  const [raw, ours] = await measure({ name: 'work', unit: 'step', open: async () => systems }, { ...bench, quick: false });
  expect(ours).toMatchObject({ usPerUnit: { max: 1_000 }, ratioToRaw: { median: 2, min: 2, max: 2 } });
  expect(raw?.remarks[0]).toContain('1 of 11 repetitions are left out');
});

test('a line for programs has every field, and null where nothing was counted', async () => {
  const systems = [scripted('raw', [], [1, 1, 1, 1, 1])];
  const [raw] = await measure({ name: 'work', unit: 'step', open: async () => systems }, bench);
  if (raw === undefined) throw new Error('nothing was measured');
  expect(JSON.parse(jsonLine(raw))).toEqual({
    work: 'work',
    system: 'raw',
    usPerUnit: 500,
    ratioToRaw: 1,
    cpuUsPerUnit: null,
    cpuRatioToRaw: null,
    statementsPerUnit: null,
    commitsPerUnit: null,
    walBytesPerUnit: null,
    p50Us: null,
    p99Us: null,
  });
  expect(table([raw])).toContain('500 (500–500)');
});

test('a system that fails is closed, and says so', async () => {
  let closed = false;
  const broken: System = {
    name: 'raw',
    sample: () => Promise.reject(new Error('no')),
    close: async () => {
      closed = true;
    },
  };
  await expect(measure({ name: 'work', unit: 'step', open: async () => [broken] }, bench)).rejects.toThrow('no');
  expect(closed).toBe(true);
});

test('the times from step to step are those of all repetitions that count', async () => {
  const latency = Array.from({ length: 100 }, (_, index) => index + 1);
  const systems = [scripted('raw', [], [1, 1, 1, 1, 1], { latenciesUs: latency })];
  const [raw] = await measure({ name: 'work', unit: 'step', open: async () => systems }, bench);
  expect(raw).toMatchObject({ p50Us: 50, p99Us: 99 });
});

test('latencies are from the end of a task to the beginning of the next one of the same flow', async () => {
  const latency = new StepLatency();
  latency.begin('a');
  latency.begin('b');
  latency.end('a');
  latency.end('b');
  latency.begin('b');
  latency.end('b');
  latency.forget();
  latency.begin('b');
  expect(latency.take()).toMatchObject({ calls: 4, latenciesUs: { length: 1 } });
  latency.begin('b');
  expect(latency.take()).toEqual({ calls: 1, latenciesUs: [] });
});

test('only a peer may fail, and only where somebody is told', async () => {
  const failing = { ...scripted('peer', [], []), sample: () => Promise.reject(new Error('no')) };
  const work = (peer: System) => ({ name: 'work', unit: 'step', open: async () => [scripted('raw', [], [1, 1, 1, 1, 1]), peer] });
  const leftOut: LeftOut[] = [];
  const rows = await measure(work({ ...failing, peer: true }), bench, (left) => void leftOut.push(left));
  expect(rows.map(({ system }) => system)).toEqual(['raw']);
  expect(leftOut).toEqual([{ work: 'work', system: 'peer', reason: 'no' }]);
  await expect(measure(work(failing), bench, () => undefined)).rejects.toThrow('no');
});

test('a median of an even number of values lies between the two in the middle', () => {
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
});
