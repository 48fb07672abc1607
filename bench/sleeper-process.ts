/** A process that takes up runs which are due: `node sleeper-process.js url`. It says how late each is, which of them a dead process had, and each second how large its heap is. */
import { flowproof } from 'flowproof';
import { postgres } from 'flowproof/postgres';
import { napping } from './sleeper-flow.js';

/** What it prints. */
export type Said =
  | { readonly ready: true }
  | { readonly left: string }
  | { readonly run: string; readonly lateMs: number }
  | { readonly heapBytes: number };

const say = (said: Said): boolean => process.stdout.write(`${JSON.stringify(said)}\n`);
const services = { woken: (run: string, until: number) => void say({ run, lateMs: Date.now() - until }) };
const app = flowproof({ persistence: postgres(process.argv[2] ?? ''), flows: [napping], services });
app.on({ types: ['recovery'] }, ({ runId }) => void say({ left: runId }));
const measured = setInterval(() => say({ heapBytes: process.memoryUsage().heapUsed }), 1_000);
process.once('SIGTERM', () => {
  clearInterval(measured);
  void app.stop();
});
await app.ready();
say({ ready: true });
