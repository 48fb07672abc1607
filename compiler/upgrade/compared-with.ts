import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Finding } from '../findings/finding.js';
import { compare, type FlowManifest, madeByArgs, manifestsOf, parseManifestFile } from '../manifest/index.js';
import type { ProjectReading } from '../reading/index.js';
import { databaseAt, folderAt, isDatabase, isFileStore } from '../stores/index.js';
import { findingsOf } from './findings.js';
import { manifestsAt } from './revision.js';
import { judgedRuns } from './stored-runs.js';

/** Where relative paths begin, and what the project is. */
export interface Here {
  readonly folder: string;
  readonly tsconfigs: readonly string[];
}

/**
 * What the flows that are here would do to the runs of before.
 *
 * @param against `git:REVISION`, `postgres://…`, or the path of a manifest file or of a folder of `file(…)`
 */
export async function comparedWith(against: string, reading: ProjectReading, { folder, tsconfigs }: Here): Promise<readonly Finding[]> {
  const here = { flows: manifestsOf(reading), made: madeByArgs(reading), root: tsconfigs[0] ?? folder };
  if (isDatabase(against)) return judgedRuns(await databaseAt(against), here);
  if (isFileStore(resolve(folder, against))) return judgedRuns(await folderAt(resolve(folder, against)), here);
  return findingsOf(compare(flowsBefore(against, { folder, tsconfigs }), here.flows, new Set(here.made.keys())), here);
}

/** Whether this names runs, and not flows. */
export function isStore(against: string, folder: string): boolean {
  return isDatabase(against) || isFileStore(resolve(folder, against));
}

/**
 * Flows as they were.
 *
 * @param against `git:REVISION`, or the path of a manifest file
 */
export function flowsBefore(against: string, { folder, tsconfigs }: Here): readonly FlowManifest[] {
  if (against.startsWith('git:')) return manifestsAt(against.slice('git:'.length), tsconfigs);
  return parseManifestFile(readFileSync(resolve(folder, against), 'utf8'));
}
