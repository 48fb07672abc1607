import { flowproof, memory } from 'flowproof';
import { heap } from '../flows.js';
import { timed, type Work } from '../harness.js';
import { FIRST } from '../steps.js';
import { raw } from './memory-linear.js';

/** Tasks that wait for nothing, one after the other, in memory. Raw: the same as for tasks in a row. */
export function memoryUnordered(size: number): Work {
  return {
    name: `memory-unordered-${size}`,
    unit: 'task',
    target: 15,
    async open({ quick }) {
      const runs = Math.max(1, (quick ? 20_000 : 100_000) / size);
      const flow = heap('heap', size);
      const ours = {
        name: 'flowproof',
        async sample() {
          await using app = flowproof({ persistence: memory(), flows: [flow] });
          return await timed(runs * size, async () => {
            for (let run = 0; run < runs; run++) await app.runOrThrow(flow, { inputs: { v0: FIRST } });
          });
        },
      };
      return [raw(size, runs), ours];
    },
  };
}
