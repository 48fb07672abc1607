import { drawFlows } from '../pictures/index.js';
import type { Arguments } from './arguments.js';
import { type ExitCode, type Io, UsageError } from './io.js';
import { complained, readAndLoad } from './load.js';
import { open } from './open.js';
import { written } from './written.js';

/** `flowproof graph`. */
export async function graphCommand(given: Arguments, io: Io): Promise<ExitCode> {
  const { reading, findings } = await readAndLoad(open(given, io), given, io);
  const { flows } = reading;
  for (const name of given.words) if (!flows.some((flow) => flow.name === name)) throw new UsageError(`there is no flow '${name}'`);
  const wanted = given.words.length === 0 ? flows : flows.filter(({ name }) => given.words.includes(name));
  const pictures = drawFlows(wanted, given.format === 'dot' ? 'dot' : 'mermaid', io.folder);
  written(pictures, given.output, io);
  return complained(findings, io);
}
