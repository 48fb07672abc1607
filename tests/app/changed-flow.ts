import {
  type DynamicFlow,
  defineTask,
  flowproof,
  IncompatibleFlowError,
  isFlowproofError,
  memory,
  type Persistence,
  serial,
} from '../../src/index.js';
import { Gate } from './gate.js';

export type Services = { gate: Gate };
export const calls: string[] = [];

export const task = (name: string, options: { revert?: boolean; version?: number } = {}) =>
  defineTask({
    name,
    version: options.version ?? 1,
    execute: async () => {
      calls.push(name);
    },
    ...(options.revert === true ? { revert: async () => void calls.push(`undo ${name}`) } : {}),
  });

export const give = (outputs: Readonly<Record<string, number>>) =>
  defineTask({ name: 'give', provides: Object.keys(outputs), execute: async () => outputs });

export const gated = defineTask({
  name: 'gated',
  execute: async (_: {}, ctx: { services: { gate: Gate } }) => ctx.services.gate.pass(),
});

export const failing = defineTask({
  name: 'failing',
  execute: async () => {
    throw new Error('no');
  },
});

export type Flow = DynamicFlow<Services>;

/** Runs a flow up to and with its node `gated`, and lets it rest there. */
export async function rested(flow: Flow): Promise<Persistence> {
  const persistence = memory();
  const gate = new Gate();
  calls.length = 0;
  await using app = flowproof({ persistence, flows: [flow], services: { gate } });
  const handle = await app.start(flow, { id: 'r' });
  await gate.reached;
  await handle.suspend();
  gate.open();
  await handle.result();
  return persistence;
}

export async function resumed(
  persistence: Persistence,
  flow: Flow,
  executor = serial(),
): Promise<{ state: string; calls: readonly string[] }> {
  calls.length = 0;
  await using app = flowproof({ persistence, flows: [flow], services: { gate: new Gate() }, executor });
  const { state } = await app.resume('r');
  return { state, calls: [...calls] };
}

export async function refusal(persistence: Persistence, flow: Flow): Promise<unknown> {
  const error: unknown = await resumed(persistence, flow).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!isFlowproofError(error, 'INCOMPATIBLE_FLOW')) throw error ?? new Error('it was not refused');
  return error instanceof IncompatibleFlowError ? error.report : [];
}
