import { type FlowManifest, manifestsOf } from '../../manifest/index.js';
import { differences, draw, GraphvizMissingError, type Picture, type PictureFormat, picturesOf } from '../../pictures/index.js';
import type { ProjectReading } from '../../reading/index.js';
import { flowsBefore, isStore } from '../../upgrade/index.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import { written } from '../terminal/written.js';
import type { Arguments } from './arguments.js';
import { comparing } from './comparing.js';
import { complained, readAndLoad } from './load.js';
import { open } from './open.js';

/** `flowproof graph`. */
export async function graphCommand(given: Arguments, io: Io): Promise<ExitCode> {
  const opened = open(given, io);
  const { reading, findings } = await readAndLoad(opened, given, io);
  const { against, words } = given;
  if (against === undefined) {
    mustKnow(words, reading.flows);
    written(await drawn(picturesOf(named(reading.flows, words), io.folder), given), given.output, io);
    return complained(findings, io);
  }
  if (isStore(against, io.folder)) throw new UsageError('a picture compares flows, not runs: give git:REVISION or a manifest file');
  const before = await comparing(against, () => flowsBefore(against, { folder: io.folder, tsconfigs: opened.configuration.projects }));
  const pictures = changesIn(reading, before, words);
  if (pictures.length === 0) io.err(`flowproof: nothing differs from ${against}\n`);
  else written(await drawn(pictures, given), given.output, io);
  return complained(findings, io);
}

function changesIn(reading: ProjectReading, before: readonly FlowManifest[], words: readonly string[]): readonly Picture[] {
  const now = manifestsOf(reading);
  mustKnow(words, [...before, ...now]);
  const lost = named(before, words).find(({ name }) => now.every((flow) => flow.name !== name));
  if (reading.flows.some(({ name }) => name === lost?.name))
    throw new UsageError(`flow '${lost?.name}' has errors: flowproof check says which`);
  return differences(named(before, words), named(now, words));
}

function mustKnow(words: readonly string[], flows: readonly { readonly name: string }[]): void {
  for (const word of words) if (flows.every(({ name }) => name !== word)) throw new UsageError(`there is no flow '${word}'`);
}

/** Without names, all. */
function named<Flow extends { readonly name: string }>(flows: readonly Flow[], words: readonly string[]): readonly Flow[] {
  return words.length === 0 ? flows : flows.filter(({ name }) => words.includes(name));
}

async function drawn(pictures: readonly Picture[], given: Arguments): Promise<string> {
  try {
    return await draw(pictures, formatOf(given));
  } catch (error) {
    if (error instanceof GraphvizMissingError) throw new UsageError(error.message);
    throw error;
  }
}

/** As it was asked for, or as the name of the file says. */
function formatOf({ format, output = '' }: Arguments): PictureFormat {
  if (format === 'svg' || (format === undefined && output.endsWith('.svg'))) return 'svg';
  return format === 'dot' || (format === undefined && /\.(dot|gv)$/.test(output)) ? 'dot' : 'mermaid';
}
