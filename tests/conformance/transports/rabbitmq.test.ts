import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { rabbitmq } from '../../../src/adapters/rabbitmq/index.js';
import { describeOnBroker } from './on-broker.js';

describeOnBroker('rabbitmq', 'RabbitMQ', rabbitmq, ({ server }) => {
  test('who has another password, or declares a queue in another way, is refused', async () => {
    const wrong = rabbitmq(server().url.replace('guest:guest', 'guest:secret'));
    await expect(wrong.connect()).rejects.toMatchObject({ code: 'TRANSPORT_REFUSED' });
    expect(wrong.name).not.toContain('secret');
    const prefix = `t${randomUUID()}`;
    const queue = { kind: 'work', name: 'a' } as const;
    const [one, other] = await Promise.all([2, 3].map((limit) => rabbitmq(server().url, { prefix, deliveryLimit: limit }).connect()));
    await one?.send(queue, { id: 'a', body: 'a' });
    const refused = { code: 'TRANSPORT_REFUSED', message: expect.stringContaining('another deliveryLimit') };
    await expect(other?.send(queue, { id: 'b', body: 'b' })).rejects.toMatchObject(refused);
    await expect(other?.consume(queue, { limit: 1 }, async () => undefined)).rejects.toMatchObject(refused);
    await Promise.all([one?.close(), other?.close()]);
  });
});

test.each<[string, () => unknown]>([
  ['another URL', () => rabbitmq('http://localhost')],
  ['a prefix with blanks', () => rabbitmq('amqp://localhost', { prefix: 'a b' })],
  ['no deliveries', () => rabbitmq('amqp://localhost', { deliveryLimit: 0 })],
  ['certificates without TLS', () => rabbitmq('amqp://localhost', { tls: {} })],
])('%s is refused', (_what, make) => {
  expect(make).toThrow(/rabbitmq\(url/);
});
