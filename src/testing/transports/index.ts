import { randomIds } from '../../model/ids.js';
import type { TransportConnection } from '../../transport/index.js';
import type { TransportCase, TransportRig } from './rig.js';
import { endingCases, givingCases } from './sending.js';

export type { TransportCase, TransportRig } from './rig.js';

/**
 * What a transport must do: a case for each promise of the contract that one process can see kept or broken.
 *
 * @example
 * ```ts
 * import { memoryTransport, runTransportCase, transportCases } from 'flowproof/testing';
 * for (const one of transportCases.slice(0, 1)) {
 *   await runTransportCase(one, { transport: memoryTransport({ deliveryLimit: 3 }), deliveryLimit: 3 });
 * }
 * ```
 */
export const transportCases: readonly TransportCase[] = [...givingCases, ...endingCases];

const WITHIN_MS = 20_000;

/** Runs one case. @throws Error that says what does not hold */
export async function runTransportCase(one: TransportCase, rig: TransportRig): Promise<void> {
  const connections: TransportConnection[] = [];
  const suffix = randomIds().unique();
  try {
    await one.run({
      ...rig,
      withinMs: rig.withinMs ?? WITHIN_MS,
      async connect() {
        const connection = await rig.transport.connect();
        connections.push(connection);
        return connection;
      },
      named: (what) => `${what}.${suffix}`,
    });
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
}
