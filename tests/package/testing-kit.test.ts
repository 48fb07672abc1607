import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Packed, packAndInstall, run } from './packed.js';

let packed: Packed;
beforeAll(async () => {
  packed = await packAndInstall();
}, 180_000);
afterAll(() => packed?.remove());

test('its kit for tests works in CommonJS, under a framework that it does not know', async () => {
  const folder = join(packed.project, 'node-test');
  await mkdir(folder);
  await writeFile(
    join(folder, 'order.test.cjs'),
    `const { test } = require('node:test');
      const assert = require('node:assert');
      const { defineTask, linear, sleep } = require('flowproof');
      const { recorded, stub, surviveEveryCrash, testApp } = require('flowproof/testing');
      const done = new Map();
      const pay = defineTask({
        name: 'pay', requires: ['card'], provides: ['receipt'],
        execute: async ({ card }, { idempotencyKey }) => { done.set(idempotencyKey, card); return { receipt: card }; },
        revert: async (_, outcome, { idempotencyKey }) => void done.delete(idempotencyKey),
      });
      const order = linear('order').input().add(sleep(86400000)).add(pay).build();
      test('a day is skipped, and the task is stubbed', async () => {
        const app = testApp({ flows: [order], stubs: [stub(pay, ({ card }) => ({ receipt: 'r-' + card }))] });
        await app.run(order, { id: 'a', inputs: { card: 'visa' } });
        assert.deepEqual((await recorded(app, order, 'a')).results, { receipt: 'r-visa' });
        await app.stop();
      });
      test('survives', async () => {
        const effects = () => [...done.values()];
        assert.ok((await surviveEveryCrash(order, { inputs: { card: 'visa' }, effects })).crashes > 5);
      });`,
  );
  expect(await run(folder, process.execPath, '--test', 'order.test.cjs')).toMatch(/pass 2\b[\s\S]*fail 0\b/);
});
