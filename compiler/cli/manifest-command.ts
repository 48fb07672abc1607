import { manifestFile, manifestsOf } from '../manifest/index.js';
import type { Arguments } from './arguments.js';
import { type ExitCode, type Io, UsageError } from './io.js';
import { open, read } from './open.js';
import { written } from './written.js';

/** `flowproof manifest`. */
export function manifestCommand(given: Arguments, io: Io): ExitCode {
  const { project } = open(given, io);
  const manifests = manifestsOf(read(project));
  for (const name of given.words)
    if (!manifests.some((one) => one.name === name)) throw new UsageError(`there is no flow '${name}' that compiles`);
  const wanted = given.words.length === 0 ? manifests : manifests.filter(({ name }) => given.words.includes(name));
  written(manifestFile(wanted), given.output, io);
  return 0;
}
