import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { check, counted, RepeatedCheck } from '../../checking/index.js';
import type { Finding } from '../../findings/finding.js';
import { inOrder } from '../../findings/order.js';
import { count, github, json, type Report, type Surroundings, sarif, text } from '../../output/index.js';
import type { ProjectReading } from '../../reading/index.js';
import { comparedWith } from '../../upgrade/index.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import { versionOf } from '../terminal/version.js';
import { written } from '../terminal/written.js';
import type { Arguments } from './arguments.js';
import { comparing } from './comparing.js';
import type { Configuration } from './configuration.js';
import { type Known, readAndLoad } from './load.js';
import { checkedPaths, isIn, type Opened, open } from './open.js';
import { ruleTexts } from './rule-texts.js';
import { watched } from './watch.js';

/** `flowproof check`. */
export async function checkCommand(given: Arguments, io: Io): Promise<ExitCode> {
  const paths = checkedPaths(given.words, io.folder);
  const { against, loadMs } = given;
  if (!given.watch) {
    const opened = open(given, io);
    const { configuration } = opened;
    mustHold(opened, paths, io);
    const report = reportOn(await readAndLoad(opened, given, io, paths), configuration, paths);
    const changes = against === undefined ? [] : await changesSince(against, report.reading, configuration, io);
    return printed({ ...report, findings: inOrder([...report.findings, ...changes]) }, given, io);
  }
  if (against !== undefined) throw new UsageError('--watch compares nothing: leave out --against');
  if (loadMs !== undefined)
    throw new UsageError('--watch loads nothing, for what is built changes later than its source: leave out --load');
  let repeated = new RepeatedCheck();
  const reopen = (): Opened => open(given, io);
  await watched(reopen, io, ({ project, configuration }, ms) => {
    // Editors know by it that what they have is old.
    if ((given.format ?? 'text') === 'text') io.out('Checking …\n');
    const before = repeated;
    // What is half done when it fails is no beginning for the next round.
    repeated = new RepeatedCheck();
    const { findings, ...counts } = before.check(project, { severities: configuration.rules });
    repeated = before;
    printed({ ...counts, findings: findings.filter((one) => isAsked(one, paths)), files: project.files.length }, given, io);
    if ((given.format ?? 'text') === 'text') io.out(`${Math.round(ms())} ms. Waiting for changes …\n\n`);
  });
  return 0;
}

async function changesSince(
  against: string,
  reading: ProjectReading,
  { projects, rules }: Configuration,
  { folder }: Io,
): Promise<readonly Finding[]> {
  const changes = await comparing(against, () => comparedWith(against, reading, { folder, tsconfigs: projects }));
  return counted(changes, rules);
}

function reportOn(
  { reading, findings: also }: Known,
  { rules }: Configuration,
  paths: readonly string[],
): Report & { readonly reading: ProjectReading } {
  const findings = check(reading, { severities: rules, also }).filter((one) => isAsked(one, paths));
  return { reading, findings, flows: reading.flows.length, tasks: reading.tasks.length, files: reading.project.files.length };
}

/** How the sources are read concerns all of them. */
function isAsked({ place: { file } }: Finding, paths: readonly string[]): boolean {
  return isIn(file, paths) || file.endsWith('.json');
}

function printed(report: Report, { format = 'text', output }: Arguments, io: Io): ExitCode {
  const surroundings: Surroundings = { folder: io.folder, color: io.color && output === undefined, read: texts() };
  written(formatted(report, format, surroundings), output, io);
  return exitCodeOf(report.findings);
}

function formatted(report: Report, format: string, surroundings: Surroundings): string {
  switch (format) {
    case 'json':
      return json(report, surroundings);
    case 'github':
      return github(report, surroundings);
    case 'sarif':
      return sarif(report, surroundings, ruleTexts(), versionOf());
    default:
      return text(report, surroundings);
  }
}

function exitCodeOf(findings: readonly Finding[]): ExitCode {
  return count(findings, 'error') > 0 ? 1 : 0;
}

/** A path that is misspelt, or of another project, must not pass for one in which nothing is wrong. */
function mustHold({ project }: Opened, paths: readonly string[], { folder }: Io): void {
  if (project.files.some(({ fileName }) => isIn(fileName, paths))) return;
  throw new UsageError(`no source of the project is in ${paths.map((path) => relative(folder, path) || '.').join(', ')}`);
}

/** Each file is read once. */
function texts(): (file: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  return (file) => {
    if (!known.has(file)) {
      try {
        known.set(file, readFileSync(file, 'utf8'));
      } catch {
        known.set(file, undefined);
      }
    }
    return known.get(file);
  };
}
