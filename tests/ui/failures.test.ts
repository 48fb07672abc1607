import { describe, expect, test } from 'vitest';
import type { ShownFailures } from '../../src/ui/views/failures.js';
import { normalised } from '../../src/ui/views/fingerprint.js';
import { stuck } from './demo-apps.js';
import { shopOf } from './shop-of.js';

describe('failures', () => {
  test('that are alike are one group, whatever they quote', async () => {
    const { app, read } = await shopOf(['good', 'bad-1', 'bad-22', 'bad-333']);
    await app.run(stuck, { id: 's' });
    const { groups, looked } = await read<ShownFailures>('failures');
    expect(looked).toBe(4);
    expect(groups.map(({ count, path, phase, message, states }) => [count, path, phase, message, states])).toEqual([
      [3, 'order/charge', 'execute', 'the card … was declined for …', { REVERTED: 3 }],
      [1, 'stuck/attach', 'execute', 'no such host', { FAILURE: 1 }],
      [1, 'stuck/make-volume', 'revert', 'the volume is attached to another server', { FAILURE: 1 }],
    ]);
    expect(groups[0]?.ids).toEqual(['bad-333', 'bad-22', 'bad-1']);
    expect((await read<ShownFailures>('failures?flow=stuck')).groups.length).toBe(2);
  });

  test.each([
    ['user 42 not found', 'user 4711 not found'],
    ["relation 'a' is missing", "relation 'b c' is missing"],
    ['run 0198c1de-0000-7000-8000-000000000001 of ada@example.com', 'run 0198c1de-ffff-7000-8000-00000000000f of bob.b@mail.example.org'],
    ['at 2026-11-30T16:00:00.123Z', 'at 2026-12-01 03:04:05'],
    ['sha deadbeef0123456789', 'sha 0123456789abcdef01'],
    ['one\nof two lines', 'one\nof three lines'],
  ])('%j is like %j', (one, other) => expect(normalised(one)).toBe(normalised(other)));

  test.each([
    ['user not found', 'order not found'],
    ['a', ''],
  ])('%j is not like %j', (one, other) => expect(normalised(one)).not.toBe(normalised(other)));

  test('of any length are grouped in no time', () => {
    for (const text of ['a1'.repeat(100_000), "'".repeat(100_000), '0x'.repeat(100_000), '-1'.repeat(100_000)])
      expect(normalised(text).length).toBeLessThan(310);
  });
});
