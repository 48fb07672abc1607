import type { Finding } from '../../findings/finding.js';
import { leftOut, madeByArgs, manifestFile, manifestsOf } from '../../manifest/index.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import { written } from '../terminal/written.js';
import type { Arguments } from './arguments.js';
import { complained, readAndLoad } from './load.js';
import { open } from './open.js';

/** `flowproof manifest`. What can't run has no manifest, and is said: else it would be missing from what is compared with later. */
export async function manifestCommand(given: Arguments, io: Io): Promise<ExitCode> {
  const { reading, findings } = await readAndLoad(open(given, io), given, io);
  const isWanted = ({ name }: { readonly name: string }): boolean => given.words.length === 0 || given.words.includes(name);
  const [manifests, broken, made] = [manifestsOf(reading), leftOut(reading), [...madeByArgs(reading)].map(ofArgs)];
  for (const word of given.words)
    if (![...manifests, ...broken, ...made].some(({ name }) => name === word)) throw new UsageError(`there is no flow '${word}'`);
  written(manifestFile(manifests.filter(isWanted)), given.output, io);
  return complained([...findings, ...[...broken, ...made].filter(isWanted).flatMap((flow) => flow.findings)], io);
}

/** What is known of such a flow is written, if anything is; it says of no run what its flow is. */
function ofArgs([name, place]: readonly [name: string, place: Finding['place']]): {
  readonly name: string;
  readonly findings: readonly Finding[];
} {
  const message = `a factory makes flow '${name}' from the args of each run: a manifest can't say what they become`;
  return { name, findings: [{ code: 'NOT_STATIC', severity: 'note', place, message, related: [] }] };
}
