import { describe, expect, test } from 'vitest';
import { type ClaimOutcome, type Delay, settlementOf } from '../../src/conductor/outcome.js';
import type { FlowproofErrorCode } from '../../src/index.js';
import { RUN_STATES } from '../../src/model/states.js';

const failed = (code?: FlowproofErrorCode): ClaimOutcome => ({
  kind: 'failed',
  message: 'so it is',
  ...(code === undefined ? {} : { code }),
});
const givenBack = (delay: Delay, counted = false) => expect.objectContaining({ do: 'abandon', delay, counted });

describe('what becomes of a job', () => {
  test.each(RUN_STATES.filter((state) => state !== 'SUSPENDED'))('whose run is %s, ended or left to the store: it is consumed', (state) => {
    expect(settlementOf({ kind: 'rests', state })).toEqual({ do: 'consume' });
  });

  test('whose run is suspended: it is looked at again later', () => {
    expect(settlementOf({ kind: 'rests', state: 'SUSPENDED' })).toEqual(givenBack('later'));
  });

  test('whose run is let go of: others go on with it at once', () => {
    expect(settlementOf({ kind: 'stopped' })).toEqual(givenBack('now'));
    expect(settlementOf(failed('APP_STOPPED'))).toEqual(givenBack('now'));
  });

  test('whose run a living process keeps: it is given back for a moment', () => {
    for (const outcome of [{ kind: 'elsewhere' }, failed('RUN_OWNED'), failed('STALE_RUN')] as const)
      expect(settlementOf(outcome)).toEqual(givenBack('soon'));
  });

  test('whose claim is lost: nothing is said of it any more', () => {
    expect(settlementOf({ kind: 'lost' })).toMatchObject({ do: 'nothing' });
  });

  test.each(['INVALID_INPUT', 'RUN_CONFLICT'] as const)('that can never be done, %s: it is put into the trash with that reason', (code) => {
    expect(settlementOf(failed(code))).toEqual({ do: 'trash', code, reason: 'so it is' });
  });

  test.each([
    'INCOMPATIBLE_FLOW',
    'JOURNAL_TOO_NEW',
    'FLOW_DEFINITION',
    'TASK_SET_MISMATCH',
    'JOURNAL_SEALED',
  ] as const)('that another version or process may be able to do, %s: it is given back for a while, uncounted', (code) => {
    expect(settlementOf(failed(code))).toEqual(givenBack('later'));
  });

  test.each(['JOURNAL_CORRUPT', 'JOURNAL_GAP'] as const)('that can’t be read, %s: it is never thrown away without a person', (code) => {
    expect(settlementOf(failed(code))).toEqual(givenBack('later'));
  });

  test.each([
    'STORE_UNREACHABLE',
    'STORE_REFUSED',
    'STORE_CLOSED',
    'STORE_SCHEMA',
    'STORE_READ_ONLY',
  ] as const)('whose store is in trouble, %s: it is given back, uncounted, and nothing is claimed meanwhile', (code) => {
    expect(settlementOf(failed(code))).toEqual(givenBack('store'));
  });

  test('whose run was pruned while it was waited for: it had ended', () => {
    expect(settlementOf(failed('RUN_NOT_FOUND'))).toEqual({ do: 'consume' });
  });

  test('that fails by what nobody has foreseen: it is counted, so that it does not go round for ever', () => {
    expect(settlementOf(failed())).toEqual(givenBack('soon', true));
    expect(settlementOf(failed('RUN_STUCK'))).toEqual(givenBack('soon', true));
  });
});
