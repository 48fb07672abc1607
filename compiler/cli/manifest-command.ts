import { manifestFile, manifestsOf } from '../manifest/index.js';
import type { Arguments } from './arguments.js';
import { type ExitCode, type Io, UsageError } from './io.js';
import { complained, readAndLoad } from './load.js';
import { open } from './open.js';
import { written } from './written.js';

/** `flowproof manifest`. */
export async function manifestCommand(given: Arguments, io: Io): Promise<ExitCode> {
  const { reading, findings } = await readAndLoad(open(given, io), given, io);
  const manifests = manifestsOf(reading);
  for (const name of given.words)
    if (!manifests.some((one) => one.name === name)) throw new UsageError(`there is no flow '${name}' that compiles`);
  const wanted = given.words.length === 0 ? manifests : manifests.filter(({ name }) => given.words.includes(name));
  written(manifestFile(wanted), given.output, io);
  return complained(findings, io);
}
