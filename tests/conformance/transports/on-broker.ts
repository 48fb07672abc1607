import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Broker } from '../../../scripts/broker-programs.js';
import type { Server } from '../../../scripts/server.js';
import type { Transport } from '../../../src/contracts/index.js';
import type { EncryptionKey } from '../../../src/index.js';
import { describeBroker } from '../../support/brokers.js';
import { KEYS } from '../../workers/keys.js';
import { describeRemote } from '../executors/remote.js';
import { testCuts } from './cuts.js';
import { describeTransport } from './describe.js';
import { testRestarts } from './restarts.js';
import { testSizes } from './sizes.js';
import { testDeaths } from './worker-deaths.js';

/** What is made of a broker's URL; `prefix` keeps tests apart. */
export type MakeTransport = (
  url: string,
  options: { readonly prefix: string; readonly deliveryLimit?: number; readonly keys?: readonly EncryptionKey[] },
) => Transport;

/** A server, as the tests of all brokers need it. */
export interface OnBroker {
  readonly broker: Broker;
  server(): Server;
  /** @param url another way to the same server */
  make(prefix?: string, url?: string): Transport;
  /** The same with keys: where flows have secrets. */
  sealed(prefix: string): Transport;
}

const deliveryLimit = 3;

/** Puts a transport by a broker through all that such transports must do, on a real server. */
export function describeOnBroker(broker: Broker, name: string, make: MakeTransport, more: (on: OnBroker) => void): void {
  describeBroker(broker, `on ${name}`, (server) => {
    const on: OnBroker = {
      ...{ broker, server },
      make: (prefix = `t${randomUUID()}`, url = server().url) => make(url, { prefix }),
      sealed: (prefix) => make(server().url, { prefix, keys: KEYS }),
    };
    const limited = () => make(server().url, { prefix: `t${randomUUID()}`, deliveryLimit });
    describeTransport(name, () => ({ transport: limited(), deliveryLimit }));
    describeRemote(name, () => make(server().url, { prefix: `t${randomUUID()}`, deliveryLimit, keys: KEYS }));
    more(on);
    testSizes(on);
    testDeaths(on);
    testCuts(on);
    testRestarts(on);
  });

  test('a broker that is not there is out of reach', async () => {
    const [scheme] = { rabbitmq: ['amqp'], nats: ['nats'] }[broker];
    const nowhere = make(`${scheme}://127.0.0.1:1`, { prefix: 'nowhere' });
    await expect(nowhere.connect()).rejects.toMatchObject({ code: 'TRANSPORT_UNREACHABLE' });
  });
}
