import { describe, expect, test } from 'vitest';
import { against, otherWorks } from '../../bench/against.js';
import { type Bench, measure, type System, type Work } from '../../bench/harness.js';
import type { MeteredPostgres } from '../../bench/meter.js';
import { againstTable, jsonLine } from '../../bench/report.js';

const unused = () => Promise.reject(new Error('not needed'));

/** Each sample takes so long; what is done is written down. */
function systems(log: string[], who: string, ms: number, cpuUs: number): readonly System[] {
  return ['raw', 'flowproof'].map((name) => ({
    name,
    async sample() {
      log.push(`${who} ${name}`);
      const counts = { statements: who === 'this' ? 2 : 4, commits: 0, walBytes: 100 };
      return { units: 2, ms: name === 'raw' ? 1 : ms, cpuUs, counts };
    },
    close: async () => void log.push(`${who} ${name} closed`),
  }));
}

const work = (open: Work['open']): Work => ({ name: 'work', unit: 'step', open });
const bench: Bench = { quick: true, postgres: unused };

describe('a work that another checkout does, too', () => {
  test('is done by turns, raw once, and each system is compared with its namesake', async () => {
    const log: string[] = [];
    const other = work(async () => systems(log, 'other', 4, 200));
    const both = against(
      work(async () => systems(log, 'this', 2, 100)),
      { name: 'before', works: [other] },
    );
    const rows = await measure(both, bench);
    expect(log.slice(0, 7)).toEqual([
      'other raw closed',
      ...['this raw', 'this flowproof', 'other flowproof'],
      ...['this raw', 'this flowproof', 'other flowproof'],
    ]);
    expect(log).not.toContain('other raw');
    expect(rows.map(({ system }) => system)).toEqual(['raw', 'flowproof', 'flowproof@before']);
    const [raw, ours] = rows;
    if (raw === undefined || ours === undefined) throw new Error('nothing was measured');
    expect(raw).not.toHaveProperty('against');
    expect(ours.against).toEqual({
      system: 'flowproof@before',
      ...{ time: { median: 0.5, min: 0.5, max: 0.5 }, cpu: { median: 0.5, min: 0.5, max: 0.5 } },
      // Nothing to divide by is no ratio.
      ...{ statements: { median: 0.5, min: 0.5, max: 0.5 }, commits: null, walBytes: { median: 1, min: 1, max: 1 } },
    });
    expect(JSON.parse(jsonLine(ours)).against).toEqual({
      ...{ system: 'flowproof@before', time: 0.5, cpu: 0.5, statements: 0.5, commits: null, walBytes: 1 },
    });
    expect(againstTable(rows)).toContain('| work | flowproof@before | 0.5 (0.5–0.5)  | 0.5 (0.5–0.5) | 0.5        |         | 1         |');
  });

  test('uses a database of its own on the same server', async () => {
    const counted: string[] = [];
    const server: MeteredPostgres = {
      url: 'postgres://here/bench',
      told: '',
      database: async (name) => `postgres://here/${name}`,
      async counted(work, database = 'bench') {
        counted.push(database);
        return { statements: 0, commits: 0, walBytes: 0, result: await work() };
      },
      stop: async () => undefined,
    };
    const urls: string[] = [];
    const open: Work['open'] = async ({ postgres }) => {
      const { url, counted } = await postgres();
      urls.push(url);
      return [{ name: 'flowproof', sample: async () => (await counted(async () => ({ units: 1, ms: 1 }))).result }];
    };
    await measure(against(work(open), { name: 'before', works: [work(open)] }), { ...bench, postgres: async () => server });
    expect(urls).toEqual(['postgres://here/bench', 'postgres://here/against']);
    expect(counted.slice(0, 2)).toEqual(['bench', 'against']);
  });

  test('leaves nothing open where the other one can’t begin', async () => {
    const log: string[] = [];
    const both = against(
      work(async () => systems(log, 'this', 1, 1)),
      { name: 'before', works: [work(unused)] },
    );
    await expect(measure(both, bench)).rejects.toThrow('not needed');
    expect(log).toEqual(['this raw closed', 'this flowproof closed']);
  });

  test('has to be known there', () => {
    expect(() => against(work(unused), { name: 'before', works: [] })).toThrow("before has no work 'work'");
  });
});

test('a checkout that is not built is refused with what to do', async () => {
  await expect(otherWorks('tests/no-such-checkout')).rejects.toThrow('say npm ci and npm run build there first');
});
