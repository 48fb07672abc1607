import { expect, test } from 'vitest';
import type { FlowEvent } from '../../src/index.js';
import { setUp } from './task-limits-rig.js';

test('listeners hear that a task waits for a slot, that it has it, and how long that took, and not by which key it is counted', async () => {
  const { partner, app, start, waits } = setUp({ concurrency: { limit: 1, key: 'tenant' } });
  const heard: FlowEvent[] = [];
  app.on((event) => heard.push(event));
  const [first, second] = [await start('1', 'tenant-key'), await start('2', 'tenant-key')];
  await partner.has(1);
  await waits('2');
  const slots = () =>
    heard.flatMap((event) => (event.type === 'slot' ? [`${event.runId} ${event.path} ${event.limit} ${event.outcome}`] : []));
  await expect
    .poll(slots)
    .toEqual(['1 billing/bill task:bill waiting', '1 billing/bill task:bill granted', '2 billing/bill task:bill waiting']);
  partner.end('1');
  await partner.has(2);
  partner.end('2');
  expect([(await first.result()).state, (await second.result()).state]).toEqual(['SUCCESS', 'SUCCESS']);
  const [, , , granted] = heard.filter((event) => event.type === 'slot');
  expect(granted).toMatchObject({ runId: '2', outcome: 'granted', waitedMs: expect.any(Number) });
  const before = heard.slice(0, heard.indexOf(granted as FlowEvent));
  expect(
    before.filter(({ runId, type, ...event }) => runId === '2' && type === 'task' && 'state' in event && event.state === 'RUNNING'),
  ).toEqual([]);
  expect(JSON.stringify(heard.filter((event) => event.type === 'slot'))).not.toContain('tenant-key');
});
