import type { Environment } from './environment.js';
import type { FaultSchedule } from './fault-injector.js';
import { Deck, type EngineFault, type FaultKind, faultOf, KINDS, type Strikes } from './faults.js';
import type { SoakPlan } from './options.js';
import type { Random } from './random.js';
import type { Workers } from './workers.js';

/** The group of runs that may be removed when they have ended. */
export const PASSING = 'passing';

/** What happens to each part of the environment. */
export function faultSchedules(
  { workers, network, servers, volume }: Environment,
  plan: SoakPlan,
  random: Random,
  strikes: Strikes,
): readonly FaultSchedule[] {
  const { faults, leaseMs, networkMs, engineEveryMs, networkEveryMs, serverEveryMs, volumeEveryMs } = plan;
  const bounds = { frozenMs: 3 * leaseMs, networkMs };
  const deck = <Kind extends FaultKind>(kinds: readonly Kind[]): Deck<Kind> =>
    new Deck(
      kinds.filter((kind) => faults.includes(kind)),
      random,
    );
  const count = (kind: FaultKind, hasStruck: boolean): void => void (hasStruck && strikes.struck(kind));
  const [engines, connections, machines, containers] = [deck(KINDS.engine), deck(KINDS.network), deck(KINDS.server), deck(KINDS.volume)];
  return [
    {
      everyMs: engineEveryMs,
      inject() {
        const kind = engines.next();
        if (kind !== undefined) count(kind, happensTo(workers, faultOf(kind, random, bounds)));
      },
    },
    {
      everyMs: networkEveryMs,
      inject() {
        const kind = connections.next();
        if (kind !== undefined) network.strike(faultOf(kind, random, bounds));
      },
    },
    {
      everyMs: serverEveryMs,
      async inject() {
        const kind = machines.next();
        if (kind === undefined) return;
        await servers.strike(faultOf(kind, random, bounds));
        strikes.struck(kind);
      },
    },
    {
      everyMs: volumeEveryMs,
      async inject() {
        const kind = containers.next();
        if (kind !== undefined && volume !== undefined) count(kind, await volume.strike(faultOf(kind, random, bounds)));
      },
    },
  ];
}

/** @returns whether there was somebody whom it could happen to */
function happensTo(workers: Workers, fault: EngineFault): boolean {
  switch (fault.kind) {
    case 'freeze':
      return workers.freeze(fault.forMs);
    case 'prune':
      return workers.prune(PASSING);
    case 'kill':
      return workers.kill();
    case 'roll':
      return workers.roll();
    case 'suspend':
      return workers.suspend();
  }
}
