import { defineTask, flowproof, linear, type TaskContext } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { idleWork } from '../idle-second.js';

const FLOWS = 20;

interface Gate {
  readonly opened: Promise<void>;
}

const wait = defineTask({
  name: 'wait',
  execute: async (_inputs: {}, { services }: TaskContext<{ gate: Gate }>): Promise<void> => services.gate.opened,
});
const flows = Array.from({ length: FLOWS }, (_, index) => linear(`waiting-${index}`).add(wait).build());

/** A process with twenty flows of which each has a run that waits. */
export const idle = idleWork('idle', async (url, measure) => {
  let open = (): void => undefined;
  const gate: Gate = { opened: new Promise((resolve) => (open = resolve)) };
  await using app = flowproof({ persistence: postgres(url), flows, services: { gate } });
  const runs = await Promise.all(flows.map((flow) => app.start(flow)));
  await measure();
  open();
  await Promise.all(runs.map((run) => run.result()));
});
