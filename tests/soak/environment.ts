import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FaultKind, KINDS, type Strikes } from './faults.js';
import { isBooking } from './flows.js';
import { Network } from './network.js';
import type { SoakPlan } from './options.js';
import { Random } from './random.js';
import { Servers } from './servers.js';
import { Volume } from './volume.js';
import { Workers } from './workers.js';

/** Servers, the network before them, the engines behind that, and a directory with an engine of its own. */
export interface Environment {
  readonly servers: Servers;
  readonly network: Network;
  readonly workers: Workers;
  /** Nothing when nothing is to happen to it. */
  readonly volume: Volume | undefined;
  /** Ends all that is there, in order; what was written stays until `remove`. */
  endEngines(): Promise<void>;
  /** Ends all, and removes it. */
  remove(): Promise<void>;
}

/** What the network has of an engine that has ended. */
const LATE_MS = 5_000;

/** @param strikes counts what happens to the network */
export async function startEnvironment(plan: SoakPlan, strikes: Strikes): Promise<Environment> {
  const { program, faults, ways, leaseMs, storeTimeoutMs, broken, hushed, seed, say } = plan;
  const happens = (kinds: readonly FaultKind[]): boolean => kinds.some((kind) => faults.includes(kind));
  const home = mkdtempSync(join(tmpdir(), 'flowproof-soak-'));
  const ends: (() => Promise<unknown> | unknown)[] = [() => rmSync(home, { recursive: true, force: true })];
  const remove = async (): Promise<void> => {
    for (const end of ends.splice(0)) await end();
  };
  try {
    let wires: Network | undefined;
    const standby = happens(['switchover', 'demotion']);
    const onMoved = (url: string): void => wires?.leadTo(url);
    const servers = await Servers.start({ home, standby, splitsBrain: broken === 'split-brain', onMoved, say });
    ends.unshift(() => servers.stop());
    const struck = (kind: FaultKind): void => strikes.struck(kind);
    const network = await Network.start({ serverUrl: servers.url, ways, random: new Random(seed + 2), struck });
    wires = network;
    ends.unshift(() => network.close());
    const [directory, store] = [join(home, 'effects'), join(home, 'volume')];
    for (const one of [directory, store]) mkdirSync(one);
    const params = { program, setting: { leaseMs, storeTimeoutMs, doubles: broken === 'doubles' }, directory, hushed };
    const specs = ways.map((kind, at) => ({
      store: { kind, url: network.urls[at] ?? '' },
      takes: (flow: string) => kind === 'url' || !isBooking(flow),
    }));
    const random = new Random(seed ^ 0x5eed);
    const workers = new Workers({ ...params, name: 'engine', specs, firstStays: true, lateMs: LATE_MS, random });
    ends.unshift(() => workers.stop());
    const volume = happens(KINDS.volume) ? new Volume({ ...params, store, random: new Random(seed ^ 0xd15c) }) : undefined;
    ends.unshift(() => volume?.stop());
    const endEngines = async (): Promise<void> => {
      await Promise.all([workers.stop(), volume?.stop()]);
      await network.close();
    };
    return { servers, network, workers, volume, endEngines, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
