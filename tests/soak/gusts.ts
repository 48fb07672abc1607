import type { Crew } from './crew.js';
import { Deck, type EngineFault, type FaultKind, faultOf, KINDS, type Strikes } from './faults.js';
import type { SoakPlan } from './options.js';
import type { Random } from './random.js';
import type { Stage } from './stage.js';
import type { Gust } from './storm.js';

/** The group of runs that may be removed when they have ended. */
export const PASSING = 'passing';

/** What happens to each part of the stage. */
export function gustsOn({ crew, network, servers, volume }: Stage, plan: SoakPlan, random: Random, strikes: Strikes): readonly Gust[] {
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
      strike() {
        const kind = engines.next();
        if (kind !== undefined) count(kind, happensTo(crew, faultOf(kind, random, bounds)));
      },
    },
    {
      everyMs: networkEveryMs,
      strike() {
        const kind = connections.next();
        if (kind !== undefined) network.strike(faultOf(kind, random, bounds));
      },
    },
    {
      everyMs: serverEveryMs,
      async strike() {
        const kind = machines.next();
        if (kind === undefined) return;
        await servers.strike(faultOf(kind, random, bounds));
        strikes.struck(kind);
      },
    },
    {
      everyMs: volumeEveryMs,
      async strike() {
        const kind = containers.next();
        if (kind !== undefined && volume !== undefined) count(kind, await volume.strike(faultOf(kind, random, bounds)));
      },
    },
  ];
}

/** @returns whether there was somebody whom it could happen to */
function happensTo(crew: Crew, fault: EngineFault): boolean {
  switch (fault.kind) {
    case 'freeze':
      return crew.freeze(fault.forMs);
    case 'prune':
      return crew.prune(PASSING);
    case 'kill':
      return crew.kill();
    case 'roll':
      return crew.roll();
    case 'suspend':
      return crew.suspend();
  }
}
