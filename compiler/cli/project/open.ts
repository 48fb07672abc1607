import { existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { type ProjectReading, readProject } from '../../reading/index.js';
import { defaultExportOf, openProject, type SourceProject } from '../../source/index.js';
import { type Io, UsageError } from '../terminal/io.js';
import type { Arguments } from './arguments.js';
import { type Configuration, readConfiguration } from './configuration.js';

export interface Opened {
  readonly project: SourceProject;
  readonly configuration: Configuration;
}

/** The project that the arguments, the configuration or the folder name. */
export function open({ projects }: Arguments, { folder }: Io): Opened {
  const configuration = configurationOf(projects, folder);
  const project = openProject(configuration.projects);
  if (project.files.length === 0) throw new UsageError('the project has no source files: say which one with --project');
  return { project, configuration };
}

function configurationOf(projects: readonly string[], folder: string): Configuration {
  if (projects.length === 0) return readConfiguration(folder, defaultExportOf);
  const given = projects.map((path) => resolve(folder, path));
  try {
    return { ...readConfiguration(folder, defaultExportOf), projects: given };
  } catch (error) {
    // Only the missing tsconfig is no matter: the arguments name one.
    if (error instanceof UsageError && error.message.startsWith('there is no tsconfig.json'))
      return { projects: given, rules: {}, built: {}, readFrom: [] };
    throw error;
  }
}

/** The flows and tasks of a project. */
export function read(project: SourceProject): ProjectReading {
  return readProject(project);
}

/** Whether a file is one of these, or in one of these folders; all are when there are none. */
export function isIn(file: string, paths: readonly string[]): boolean {
  const normal = file.split('/').join(sep);
  return paths.length === 0 || paths.some((path) => normal === path || normal.startsWith(path + sep));
}

/** @throws UsageError for a path that is not there */
export function checkedPaths(words: readonly string[], folder: string): readonly string[] {
  return words.map((word) => {
    const path = resolve(folder, word);
    if (!existsSync(path)) throw new UsageError(`there is no ${word}`);
    return path;
  });
}
