import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { flowproof, memory } from 'flowproof';
import { chain, type Watch, watchedChain } from '../flows.js';
import { type System, timed, type Work } from '../harness.js';
import { advance, FIRST, type Payload } from '../steps.js';

/** Tasks in a row, in memory. Raw: `await`, and the result through JSON text and back. */
export function memoryLinear(length: number, comparedWith?: string): Work {
  const name = `memory-linear-${length}`;
  return {
    name,
    unit: 'task',
    ...(length === 1_000 ? { target: 15 } : {}),
    ...(comparedWith === undefined ? {} : { comparedWith }),
    async open({ quick, peers }) {
      const tasks = quick ? 20_000 : 100_000;
      const runs = Math.max(1, tasks / length);
      return [raw(length, runs), ours(length, runs), ...((await peers?.(name, { kind: 'memory', length })) ?? [])];
    },
  };
}

export function raw(length: number, runs: number): System {
  return {
    name: 'raw',
    sample: () =>
      timed(runs * length, async () => {
        for (let run = 0; run < runs; run++) {
          let value = FIRST;
          for (let n = 0; n < length; n++) value = JSON.parse(JSON.stringify(await advance(value))) as Payload;
        }
      }),
  };
}

function ours(length: number, runs: number): System {
  const flow = chain('chain', length);
  return {
    name: 'flowproof',
    // A store for each sample: what earlier ones left in it is not this one's burden.
    async sample() {
      await using app = flowproof({ persistence: memory(), flows: [flow] });
      return await timed(runs * length, async () => {
        for (let run = 0; run < runs; run++) await app.runOrThrow(flow, { inputs: { v0: FIRST } });
      });
    },
    remarks: async () => (length < 100_000 ? [] : heapRemarks(length)),
  };
}

/** What one run of a long flow holds, seen from inside its last task. */
async function heapRemarks(length: number): Promise<readonly string[]> {
  const before = heapUsed();
  const flow = watchedChain('watched', length);
  const built = heapUsed();
  flow.compile();
  const compiled = heapUsed();
  let atEnd = 0;
  const watch: Watch = {
    called(n) {
      if (n === length) atEnd = heapUsed();
    },
  };
  await using app = flowproof({ persistence: memory(), flows: [flow], services: { watch } });
  await app.runOrThrow(flow, { inputs: { v0: FIRST } });
  const perAtom = (bytes: number): string => `${Math.round(bytes / length)} B`;
  const parts = `flow ${perAtom(built - before)}, compiled ${perAtom(compiled - built)}, run and its journal ${perAtom(atEnd - compiled)}`;
  return [`heap an atom, at the last of ${length} tasks: ${perAtom(atEnd - before)} (${parts})`];
}

let collect: (() => void) | undefined;

function heapUsed(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  return process.memoryUsage().heapUsed;
}
