import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { defineTask, type FlowEvent, file, flowproof, linear, type Persistence, type TaskContext } from '../../src/index.js';
import { Gate } from './gate.js';

export const root = mkdtempSync(join(tmpdir(), 'flowproof-recovery-'));
let stores = 0;

/** A number that no other store of this file has. */
export const nextStore = (): number => stores++;
export const files = (): Persistence => file(join(root, `${nextStore()}`));

export interface Services {
  readonly log: string[];
  readonly gate: Gate;
}

type Context = TaskContext<Services>;
export const task = (name: string) => defineTask({ name, execute: async (_: {}, { services: { log } }: Context) => void log.push(name) });

export const gated = defineTask({
  name: 'gated',
  execute: async (_: {}, { services: { log, gate } }: Context) => {
    log.push('gated');
    await gate.pass();
  },
});

export const flow = linear('shop').add(gated).add(task('after')).build();

export const opened = (): Gate => {
  const gate = new Gate();
  gate.open();
  return gate;
};

interface AppOf {
  readonly gate?: Gate;
  readonly log?: string[];
  readonly flows?: readonly (typeof flow)[];
  readonly [option: string]: unknown;
}

/** An app whose ticks are short, with all that it told. */
export function appOf(persistence: Persistence, { gate = opened(), log = [], flows = [flow], ...more }: AppOf = {}) {
  const events: FlowEvent[] = [];
  const services: Services = { gate, log };
  const app = flowproof({ persistence, flows, services, leaseMs: 60, onEvent: (event) => void events.push(event), ...more });
  const said = (type: FlowEvent['type']) => events.filter((event) => event.type === type);
  return { app, log, events, said };
}

/** Resolves when a run of this id has ended in this state. */
export async function ended(app: { inspect(id: string): Promise<{ state: string }> }, id: string, state = 'SUCCESS'): Promise<void> {
  await vi.waitFor(async () => expect((await app.inspect(id)).state).toBe(state), { timeout: 40_000, interval: 20 });
}
