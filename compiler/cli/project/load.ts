import type { Finding } from '../../findings/finding.js';
import { LOADER, loadFlows } from '../../loading/index.js';
import { shownPath } from '../../output/index.js';
import type { ProjectReading } from '../../reading/index.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import type { Arguments } from './arguments.js';
import { isIn, type Opened, read } from './open.js';

/** What is known of a project, and what was found while it was loaded. */
export interface Known {
  readonly reading: ProjectReading;
  readonly findings: readonly Finding[];
}

/**
 * Reads a project and, if the person wants it, loads what it builds.
 *
 * @param paths limit what is loaded
 */
export async function readAndLoad(
  { project, configuration }: Opened,
  { loadMs }: Arguments,
  io: Io,
  paths: readonly string[] = [],
): Promise<Known> {
  const reading = read(project);
  if (loadMs === undefined) return { reading, findings: [] };
  const known = await loadFlows(reading, {
    program: io.loader ?? LOADER,
    folder: io.folder,
    deadlineMs: loadMs,
    clock: io.clock,
    signal: io.signal,
    built: configuration.built,
    wants: (file) => isIn(file, paths),
    say: (file) => shownPath(file, io.folder),
  });
  if (io.signal.aborted) throw new UsageError('stopped before everything was loaded');
  return known;
}

/** For commands that report on nothing else: says what was wrong with loading, or can't be known. */
export function complained(findings: readonly Finding[], { err, folder }: Io): ExitCode {
  for (const { place, severity, code, message } of findings)
    err(`${shownPath(place.file, folder)}:${place.line} - ${severity} ${code}: ${message}\n`);
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}
