import { BROKER_PACKAGES, BROKERS, type Broker, whyNoBroker } from '../../scripts/broker-programs.js';
import type { Program, Server } from '../../scripts/server.js';
import { describeWithServer } from './servers.js';

const VARIABLES: Readonly<Record<Broker, string>> = { rabbitmq: 'TEST_RABBITMQ_URL', nats: 'TEST_NATS_URL' };

/** Tests that need a broker, or, where a program is given, one that is started in another way: {@link describeWithServer}. */
export function describeBroker(
  broker: Broker,
  name: string,
  tests: (server: () => Server) => void,
  options: { readonly own?: boolean; readonly program?: Program } = {},
): void {
  const needed = {
    ...{ program: options.program ?? BROKERS[broker], debian: BROKER_PACKAGES[broker], variable: VARIABLES[broker] },
    whyMissing: () => whyNoBroker(broker),
  };
  describeWithServer(needed, name, tests, { own: options.own === true || options.program !== undefined });
}
