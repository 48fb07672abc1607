import { BROKER_PACKAGES, BROKERS, type Broker, whyNoBroker } from '../../scripts/broker-programs.js';
import type { Server } from '../../scripts/server.js';
import { describeWithServer } from './servers.js';

const VARIABLES: Readonly<Record<Broker, string>> = { rabbitmq: 'TEST_RABBITMQ_URL' };

/** Tests that need a broker: {@link describeWithServer}. */
export function describeBroker(
  broker: Broker,
  name: string,
  tests: (server: () => Server) => void,
  options: { readonly own?: boolean } = {},
): void {
  const needed = {
    ...{ program: BROKERS[broker], debian: BROKER_PACKAGES[broker], variable: VARIABLES[broker] },
    whyMissing: () => whyNoBroker(broker),
  };
  describeWithServer(needed, name, tests, options);
}
