import { readFileSync } from 'node:fs';
import { run } from '../../src/index.js';
import { CHAOS_FLOWS, type ChaosEffect } from '../fixtures/places/chaos-tasks.js';
import type { ChaosKind } from './chaos.js';

/** What runs end as to which nothing happens, in this thread, for so many inputs. */
export async function references(inputs: number): Promise<(kind: ChaosKind) => unknown> {
  const known = new Map<string, unknown>();
  for (let n = 0; n < inputs; n++) {
    const options = { inputs: { n } };
    const [kept, undone] = await Promise.all([run(CHAOS_FLOWS.kept, options), run(CHAOS_FLOWS.undone, options)]);
    for (const [flow, { runId: _, ...result }] of Object.entries({ kept, undone })) known.set(`${flow} ${n}`, asSaid(result));
  }
  return ({ flow, n }) => known.get(`${flow} ${n}`);
}

/** As the engine's process says it, but for where in its code something failed, and how often it was called: calls that are lost are made again. */
export function asSaid(result: unknown): unknown {
  return JSON.parse(JSON.stringify(result, (key, value: unknown) => (key === 'stack' || key === 'attempt' ? undefined : value)));
}

export function effectsIn(file: string): ReadonlyMap<string, readonly ChaosEffect[]> {
  const found = new Map<string, ChaosEffect[]>();
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const effect = JSON.parse(line) as ChaosEffect;
    found.set(effect.run, [...(found.get(effect.run) ?? []), effect]);
  }
  return found;
}

/** Paths of the tasks that leave lines in that file. */
export function leavesOf({ flow }: ChaosKind): readonly string[] {
  return ['staged', 'work/drawn', 'work/scaled', 'work/printed', 'work/sent', 'moody'].map((path) => `${flow}/${path}`);
}
