import { describe, expect, test } from 'vitest';
import { defineTask, flowproof, linear, memory, type Persistence, type TaskContext, times } from '../../src/index.js';
import { Gate } from './gate.js';

type Call = 'hangs' | 'returns' | 'throws';
interface Services {
  /** What the calls of `work` do, one after the other. */
  readonly calls: Call[];
  readonly log: string[];
  readonly gate: Gate;
}
type Context = TaskContext<Services>;

const work = defineTask({
  name: 'work',
  execute: async (_: {}, { services: { calls, gate } }: Context) => {
    const call = calls.shift();
    if (call === 'throws') throw new Error('away');
    if (call === 'hangs') await gate.pass();
  },
  revert: (_: {}, outcome, { services: { log } }: Context) => {
    const { kind, flowFailures, interruptions } = outcome;
    log.push(`${kind}${interruptions === undefined ? '' : `, ${interruptions} lost`}: ${flowFailures.map(({ path }) => path).join()}`);
  },
});
const failing = defineTask({
  name: 'failing',
  execute: () => {
    throw new Error('planned');
  },
});

/** Runs `work`, of which each call that hangs is lost: another process takes the run over. Returns what `revert` is told. */
async function told(calls: readonly Call[], flow = linear('f').add(work).add(failing).build()) {
  const persistence: Persistence = memory();
  const log: string[] = [];
  const left = [...calls];
  const apps = [];
  for (;;) {
    const services: Services = { calls: left, log, gate: new Gate() };
    const app = flowproof({ persistence, flows: [flow], services });
    apps.push({ app, gate: services.gate });
    const ended = (apps.length === 1 ? app.run(flow, { id: 'r' }) : app.resume(flow, 'r', { takeover: 'force' })).then(
      ({ state }) => state,
      ({ code }) => code,
    );
    const state = await Promise.race([ended, services.gate.reached.then(() => 'lost')]);
    if (state === 'lost') continue;
    expect(state).toBe('REVERTED');
    break;
  }
  for (const { app, gate } of apps) {
    gate.open();
    await app.stop();
  }
  return log;
}

describe('a revert is told of calls that were lost with their process', () => {
  test('none was: it is told of the failure', async () => {
    expect(await told(['throws'])).toEqual(['failure: f/work']);
  });

  test('the next call throws: nobody knows what the lost one did', async () => {
    expect(await told(['hangs', 'throws'])).toEqual(['interrupted, 1 lost: f/work']);
    expect(await told(['hangs', 'hangs', 'throws'])).toEqual(['interrupted, 2 lost: f/work']);
  });

  test('the next call returns: there is a result, and what may be there twice is said', async () => {
    expect(await told(['hangs', 'returns'])).toEqual(['result, 1 lost: f/failing']);
  });

  test('no call of another attempt of a retry counts', async () => {
    const retried = linear('f').retry(times(2)).add(work).add(failing).build();
    expect(await told(['hangs', 'throws', 'throws'], retried)).toEqual(['interrupted, 1 lost: f/work', 'failure: f/work']);
    expect(await told(['hangs', 'throws', 'returns'], retried)).toEqual(['interrupted, 1 lost: f/work', 'result: f/failing']);
  });
});
