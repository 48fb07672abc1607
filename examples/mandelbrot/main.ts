/**
 * The Mandelbrot set, rendered in tiles by workers, which are processes. Here all of them are on this machine, with a transport in memory; with
 * RABBITMQ_URL the calls go by that broker, and the workers may be anywhere. The picture is written beside the program.
 */
import { writeFileSync } from 'node:fs';
import { flowproof, memory, processes, unordered } from 'flowproof';
import { rabbitmq } from 'flowproof/rabbitmq';
import { memoryTransport } from 'flowproof/testing';
import { remote, worker } from 'flowproof/workers';
import { png } from './png.js';
import tasks, { ROUNDS, renderTile, SIZE } from './tasks.js';

const { width, height, tile } = SIZE;
const tiles = Array.from({ length: (width * height) / (tile * tile) }, (_, at) => {
  const column = at % (width / tile);
  return { name: `tile${at}`, left: column * tile, top: ((at - column) / (width / tile)) * tile };
});

let picture = unordered.dynamic('picture');
for (const { name, left, top } of tiles) picture = picture.add(renderTile, { name, inject: { left, top }, provides: { points: name } });
const flow = picture.build();

const url = process.env.RABBITMQ_URL;
const transport = url === undefined ? memoryTransport() : rabbitmq(url, { prefix: 'mandelbrot' });
const workers = [1, 2, 3].map(() => worker(tasks, { transport, on: processes(new URL('./tasks.js', import.meta.url), { size: 1 }) }));
const renderers = new Set<unknown>();
const app = flowproof({
  persistence: memory(),
  flows: [flow],
  executor: remote({ transport, tasks: 'mandelbrot' }),
  onEvent: (event) => event.type === 'emitted' && renderers.add(event.data),
});
await Promise.all(workers.map((one) => one.start()));

const rendered = await app.runOrThrow(flow);
await app.stop();
await Promise.all(workers.map((one) => one.stop()));

const points = new Uint8Array(width * height);
for (const { name, left, top } of tiles) {
  const square = Buffer.from(rendered[name] as string, 'base64');
  for (let y = 0; y < tile; y++) points.set(square.subarray(y * tile, (y + 1) * tile), (top + y) * width + left);
}
const colours = Array.from({ length: ROUNDS + 1 }, (_, round) => colourOf(round / ROUNDS));
writeFileSync(new URL('./mandelbrot.png', import.meta.url), png(points, width, colours));

console.log(`${tiles.length} tiles by ${renderers.size > 1 ? 'several processes' : 'one process'}: mandelbrot.png`);
for (let y = 0; y < height; y += 12) {
  const line = Array.from({ length: width / 6 }, (_, x) => shadeOf(points[y * width + x * 6] ?? 0));
  console.log(line.join('').trimEnd());
}

function shadeOf(round: number): string {
  return round === ROUNDS ? '#' : (' .:-=+*'[Math.min(6, Math.floor(round / 4))] ?? ' ');
}

/** From dark blue to white; what never grows is black. */
function colourOf(part: number): readonly [number, number, number] {
  if (part === 1) return [0, 0, 0];
  const light = Math.sqrt(part);
  return [Math.round(255 * light * light), Math.round(255 * light), Math.round(90 + 165 * light)];
}
