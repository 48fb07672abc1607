import { expect, onTestFinished, test, vi } from 'vitest';
import { DEAD, type Delivery } from '../../../src/transport/index.js';
import { MAX_MESSAGE } from '../../../src/workers/wire/envelope.js';
import type { OnBroker } from './on-broker.js';

/** Messages that are larger than brokers let one be by default, up to the largest that engines and workers send. */
export function testSizes({ make }: OnBroker): void {
  test('messages of all sizes arrive whole, in their order, and also when they are dead', { timeout: 240_000 }, async () => {
    const connection = await make().connect();
    onTestFinished(() => connection.close());
    const queue = { kind: 'work', name: 'sizes' } as const;
    // Three bytes each: the largest message has 48 MB.
    const bodies = [10, 1_100_000, 20, MAX_MESSAGE, 30].map((size) => '✓'.repeat(size));
    await Promise.all(bodies.map((body, at) => connection.send(queue, { id: `id ${at} – "✓"`, body })));
    const got: Delivery[] = [];
    await connection.consume(queue, { limit: 2 }, async (delivery) => {
      got.push(delivery);
      return delivery.body.length > 1_000_000 && delivery.body.length < MAX_MESSAGE ? { dead: 'too large\nfor us' } : undefined;
    });
    await vi.waitUntil(() => got.length >= bodies.length, { timeout: 120_000 });
    expect(got.map(({ body }) => body.length)).toEqual(bodies.map((body) => body.length));
    expect(got.every(({ body }, at) => body === bodies[at])).toBe(true);
    expect(got.map(({ id }) => id)).toEqual(bodies.map((_, at) => `id ${at} – "✓"`));
    const dead: Delivery[] = [];
    await connection.consume(DEAD, { limit: 5 }, async (delivery) => void dead.push(delivery));
    await vi.waitUntil(() => dead.length > 0, { timeout: 60_000 });
    expect(dead[0]?.body === bodies[1]).toBe(true);
    expect([dead[0]?.id, dead[0]?.reason]).toEqual(['id 1 – "✓"', 'too large\nfor us']);
  });
}
