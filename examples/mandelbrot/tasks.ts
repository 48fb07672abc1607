import { defineTask, taskSet } from 'flowproof';

/** In points of the picture. */
export const SIZE = { width: 384, height: 256, tile: 64 } as const;
/** How often a number is squared at most: as many colours the picture has. */
export const ROUNDS = 96;

/** A square of the picture: for each point, how long its number stays small. */
export const renderTile = defineTask({
  name: 'render-tile',
  requires: ['left', 'top'],
  provides: ['points'],
  async execute({ left, top }: { left: number; top: number }, { emit }) {
    emit('rendered', process.pid);
    const points = new Uint8Array(SIZE.tile * SIZE.tile);
    for (let at = 0; at < points.length; at++) points[at] = roundsOf(left + (at % SIZE.tile), top + Math.floor(at / SIZE.tile));
    return { points: Buffer.from(points).toString('base64') };
  },
});

function roundsOf(x: number, y: number): number {
  const [real, imaginary] = [-2.2 + (x * 3.2) / SIZE.width, -1.1 + (y * 2.2) / SIZE.height];
  let [a, b, round] = [0, 0, 0];
  while (round < ROUNDS && a * a + b * b <= 4) {
    [a, b] = [a * a - b * b + real, 2 * a * b + imaginary];
    round++;
  }
  return round;
}

/** What workers make. */
export default taskSet({ name: 'mandelbrot', tasks: [renderTile] });
