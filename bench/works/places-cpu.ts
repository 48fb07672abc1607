import { type AnyFlow, type ExecutorChoice, flowproof, memory, serial, unordered } from 'flowproof';
import { type System, timed, type Work } from '../harness.js';

const TASKS = 8;
const MODULE = new URL('./places-tasks.js', import.meta.url);

/** Eight tasks that compute, in two places at once. Raw: the same, one after the other, in this thread. */
export function placesCpu(kind: 'threads' | 'processes', target: number): Work {
  return {
    name: `${kind}-cpu-${TASKS}`,
    unit: 'task',
    target,
    // Loaded when it is measured: a version from before there were places has every other work.
    async open() {
      const [{ [kind]: places }, { compute, heavy }] = await Promise.all([import('flowproof'), import('./places-tasks.js')]);
      let cpu = unordered.dynamic('cpu');
      for (let task = 0; task < TASKS; task++) cpu = cpu.add(heavy, { name: `t${task}`, provides: { sum: `sum${task}` } });
      const flow = cpu.build();
      const raw: System = {
        name: 'raw',
        sample: () =>
          timed(TASKS, async () => {
            for (let task = 0; task < TASKS; task++) compute();
          }),
      };
      return [raw, await running('flowproof-serial', flow, serial()), await running('flowproof', flow, places(MODULE, { size: 2 }))];
    },
  };
}

/** Started before it is measured, as a server is. */
async function running(name: string, flow: AnyFlow, executor: ExecutorChoice): Promise<System> {
  const app = flowproof({ persistence: memory(), flows: [flow], executor });
  await app.ready();
  return {
    name,
    sample: () => timed(TASKS, async () => void (await app.runOrThrow(flow))),
    close: () => app.stop(),
  };
}
