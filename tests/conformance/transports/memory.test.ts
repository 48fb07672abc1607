import { expect, test } from 'vitest';
import type { Transport, TransportConnection } from '../../../src/contracts/index.js';
import { memoryTransport, runTransportCase, transportCases } from '../../../src/testing/index.js';
import { describeTransport } from './describe.js';

const deliveryLimit = 3;

describeTransport('memory', () => ({ transport: memoryTransport({ deliveryLimit }), deliveryLimit }));

/** A transport with a mistake. */
function wrong(mistake: (right: TransportConnection) => Partial<TransportConnection>): Transport {
  const right = memoryTransport({ deliveryLimit });
  return {
    name: 'wrong',
    async connect() {
      const connection = await right.connect();
      const parts: TransportConnection = {
        send: (...params) => connection.send(...params),
        consume: (...params) => connection.consume(...params),
        publish: (...params) => connection.publish(...params),
        subscribe: (...params) => connection.subscribe(...params),
        depth: (...params) => connection.depth(...params),
        close: () => connection.close(),
      };
      return { ...parts, ...mistake(connection) };
    },
  };
}

const MISTAKES: readonly [string, (right: TransportConnection) => Partial<TransportConnection>][] = [
  [
    'says that each delivery is the first',
    (right) => ({ consume: (queue, options, handled) => right.consume(queue, options, (one) => handled({ ...one, deliveries: 1 })) }),
  ],
  ['gives all that there is at once', (right) => ({ consume: (queue, _, handled) => right.consume(queue, { limit: 1_000 }, handled) })],
  [
    'forgets why messages are dead',
    (right) => ({ consume: (queue, options, handled) => right.consume(queue, options, ({ reason: _, ...one }) => handled(one)) }),
  ],
  [
    'gives twice',
    (right) => ({ send: (queue, message) => Promise.all([right.send(queue, message), right.send(queue, message)]).then(() => undefined) }),
  ],
  ['does not stop', (right) => ({ consume: (...params) => right.consume(...params).then(() => async () => undefined) })],
  ['is never closed', () => ({ close: async () => undefined })],
  ['publishes to nobody', () => ({ publish: () => undefined })],
];

test.concurrent.each(MISTAKES)('a transport that %s does not pass', { timeout: 120_000 }, async (_mistake, mistake) => {
  const passes = (one: (typeof transportCases)[number]): Promise<boolean> =>
    runTransportCase(one, { transport: wrong(mistake), deliveryLimit, withinMs: 1_000 }).then(
      () => true,
      () => false,
    );
  expect(await Promise.all(transportCases.map(passes))).toContain(false);
});

test.each([0, 1.5, Number.NaN])('a limit of %s deliveries is refused', (limit) => {
  expect(() => memoryTransport({ deliveryLimit: limit })).toThrow(RangeError);
});
