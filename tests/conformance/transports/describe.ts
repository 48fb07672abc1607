import { describe, test } from 'vitest';
import { runTransportCase, type TransportRig, transportCases } from '../../../src/testing/transports/index.js';

/** Puts a transport through all that transports must do. */
export function describeTransport(name: string, make: () => TransportRig): void {
  describe(`transport: ${name}`, () => {
    const cases = transportCases.map((one) => [one.name, one] as const);
    test.concurrent.each(cases)('%s', { timeout: 120_000 }, async (_name, one) => runTransportCase(one, make()));
  });
}
