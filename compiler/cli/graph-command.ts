import { draw, GraphvizMissingError, type PictureFormat, picturesOf } from '../pictures/index.js';
import type { Arguments } from './arguments.js';
import { type ExitCode, type Io, UsageError } from './io.js';
import { open, read } from './open.js';
import { written } from './written.js';

/** `flowproof graph`. */
export async function graphCommand(given: Arguments, io: Io): Promise<ExitCode> {
  const { project } = open(given, io);
  const { flows } = read(project);
  for (const name of given.words) if (!flows.some((flow) => flow.name === name)) throw new UsageError(`there is no flow '${name}'`);
  const wanted = given.words.length === 0 ? flows : flows.filter(({ name }) => given.words.includes(name));
  written(await drawn(() => draw(picturesOf(wanted, io.folder), formatOf(given))), given.output, io);
  return 0;
}

/** As it was asked for, or as the name of the file says. */
function formatOf({ format, output = '' }: Arguments): PictureFormat {
  if (format === 'svg' || (format === undefined && output.endsWith('.svg'))) return 'svg';
  return format === 'dot' || (format === undefined && /\.(dot|gv)$/.test(output)) ? 'dot' : 'mermaid';
}

async function drawn(draw: () => Promise<string>): Promise<string> {
  try {
    return await draw();
  } catch (error) {
    if (error instanceof GraphvizMissingError) throw new UsageError(error.message);
    throw error;
  }
}
