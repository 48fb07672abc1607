/**
 * Lets one peer be measured: `node host.mjs peer.mjs`. Orders come as lines of JSON on standard input, answers go out as
 * lines of JSON on file descriptor 3 (peers log to the standard ones as they like). Ends with its input.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { StepLatency } from '../../build/bench/step-latency.js';

const peer = await import(`./${process.argv[2]}`).catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  return { open: async () => ({ leftOut: `not installed (npm ci in bench/peers): ${error.message.split('\n')[0]}` }) };
});
const latency = new StepLatency();
let opened;
let ids = [];

const orders = {
  /** Makes it ready for a shape of work, or says why it is not. */
  async open({ order, ...how }) {
    if (!newEnough(peer.node)) return { leftOut: `needs Node ${peer.node}, this is ${process.versions.node}` };
    opened = await peer.open({ ...how, latency });
    const { leftOut, same, length, versions = peer.versions?.() } = opened;
    return { leftOut, same, length, versions };
  },
  /** What it polls with, and the like, is not to disturb others. */
  wake: () => opened.wake?.(),
  async sample({ rounds }) {
    latency.take();
    ids = [];
    let ms = 0;
    const afters = [];
    for (let round = 0; round < rounds; round++) {
      const from = performance.now();
      const done = await opened.run();
      ms += (done.at ?? performance.now()) - from;
      ids.push(...done.ids);
      afters.push(done.after);
      latency.forget();
    }
    for (const after of afters) await after?.();
    return { ms, ...latency.take() };
  },
  /** How many steps of the last sample are in its store, as something else than the peer reads it. */
  verify: async () => ({ durable: await opened.durable?.(ids) }),
  rest: () => opened.rest?.(),
  close: () => opened.close?.(),
  /** Does a flow until the process is killed in it, or goes on with one. */
  resume: (how) => peer.resume({ ...how, latency }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  let answer;
  try {
    answer = (await orders[order.order](order)) ?? {};
  } catch (error) {
    answer = { error: String(error?.stack ?? error) };
  }
  writeSync(3, `${JSON.stringify(answer)}\n`);
}
process.exit(0);

function newEnough(needed = '>=20') {
  const [major, minor = 0] = needed.slice(2).split('.').map(Number);
  const [have, haveMinor] = process.versions.node.split('.').map(Number);
  return have > major || (have === major && haveMinor >= minor);
}
