import { type App, defineTask, flowproof, isFlowproofError, linear, type Persistence, type TaskContext } from '../../src/index.js';
import { Gate } from './gate.js';

const gated = defineTask({
  name: 'gated',
  async execute(_: {}, { services }: TaskContext<{ gate: Gate }>) {
    await services.gate.pass();
  },
});

export const flow = linear('gated-flow').add(gated).build();
export type GatedApp = App<readonly [typeof flow]>;

export async function code(failing: Promise<unknown>): Promise<string> {
  try {
    await failing;
  } catch (error) {
    return isFlowproofError(error) ? error.code : String(error);
  }
  return 'no error';
}

export function app(persistence: Persistence, gate = new Gate(), more: object = {}): GatedApp {
  return flowproof({ persistence, flows: [flow], services: { gate }, ...more }) as GatedApp;
}
