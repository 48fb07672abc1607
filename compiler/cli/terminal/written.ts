import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Io } from './io.js';

/** To the terminal, or into the file that the person named. */
export function written(text: string, output: string | undefined, io: Io): void {
  if (output === undefined) io.out(text);
  else writeFileSync(resolve(io.folder, output), text);
}
