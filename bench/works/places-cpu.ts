import { type ExecutorChoice, flowproof, memory, processes, serial, threads, unordered } from 'flowproof';
import { type System, timed, type Work } from '../harness.js';
import { compute, heavy } from './places-tasks.js';

const TASKS = 8;
const MODULE = new URL('./places-tasks.js', import.meta.url);
const PLACES = { threads, processes };

let cpu = unordered.dynamic('cpu');
for (let task = 0; task < TASKS; task++) cpu = cpu.add(heavy, { name: `t${task}`, provides: { sum: `sum${task}` } });
const flow = cpu.build();

/** Eight tasks that compute, in two places at once. Raw: the same, one after the other, in this thread. */
export function placesCpu(kind: keyof typeof PLACES, target: number): Work {
  return {
    name: `${kind}-cpu-${TASKS}`,
    unit: 'task',
    target,
    async open() {
      const raw: System = {
        name: 'raw',
        sample: () =>
          timed(TASKS, async () => {
            for (let task = 0; task < TASKS; task++) compute();
          }),
      };
      return [raw, await running('flowproof-serial', serial()), await running('flowproof', PLACES[kind](MODULE, { size: 2 }))];
    },
  };
}

/** Started before it is measured, as a server is. */
async function running(name: string, executor: ExecutorChoice): Promise<System> {
  const app = flowproof({ persistence: memory(), flows: [flow], executor });
  await app.ready();
  return {
    name,
    sample: () => timed(TASKS, async () => void (await app.runOrThrow(flow))),
    close: () => app.stop(),
  };
}
