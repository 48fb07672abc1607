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
        give: (...params) => connection.give(...params),
        take: (...params) => connection.take(...params),
        shout: (...params) => connection.shout(...params),
        hear: (...params) => connection.hear(...params),
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
    (right) => ({ take: (queue, options, handled) => right.take(queue, options, (one) => handled({ ...one, deliveries: 1 })) }),
  ],
  ['gives all that there is at once', (right) => ({ take: (queue, _, handled) => right.take(queue, { limit: 1_000 }, handled) })],
  [
    'forgets why messages are dead',
    (right) => ({ take: (queue, options, handled) => right.take(queue, options, ({ reason: _, ...one }) => handled(one)) }),
  ],
  [
    'gives twice',
    (right) => ({ give: (queue, message) => Promise.all([right.give(queue, message), right.give(queue, message)]).then(() => undefined) }),
  ],
  ['does not stop', (right) => ({ take: (...params) => right.take(...params).then(() => async () => undefined) })],
  ['is never closed', () => ({ close: async () => undefined })],
  ['shouts to nobody', () => ({ shout: () => undefined })],
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
