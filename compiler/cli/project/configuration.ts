import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Severity } from '../../findings/finding.js';
import { UsageError } from '../terminal/io.js';
import { ruleTexts } from './rule-texts.js';

/** What a project says once instead of at each call. */
export interface Configuration {
  /** Absolute paths of tsconfigs. */
  readonly projects: readonly string[];
  /** Code → how it counts here. */
  readonly rules: Readonly<Record<string, Severity | 'off'>>;
  /** Files that say so: with others there it would be another one. */
  readonly readFrom: readonly string[];
  /** Folder of sources → folder of the JavaScript that is built of them; absolute paths. */
  readonly built: Readonly<Record<string, string>>;
}

const FILES = ['flowproof.config.ts', 'flowproof.config.mts', 'flowproof.config.js', 'flowproof.config.mjs'];
const KNOWN = ['project', 'rules', 'built'];
const SEVERITIES: readonly unknown[] = ['error', 'warning', 'note', 'off'];

/**
 * The configuration of a folder or of the nearest one above it that has any; else its `tsconfig.json`.
 *
 * @param defaultExportOf reads a configuration that is written in TypeScript
 * @throws UsageError when it has a field or a value that is unknown
 */
export function readConfiguration(folder: string, defaultExportOf: (file: string, text: string) => unknown): Configuration {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const found = configurationIn(at, defaultExportOf);
    if (found !== undefined) return understood(found.content, found.file, at);
    if (existsSync(join(at, 'tsconfig.json'))) return { projects: [join(at, 'tsconfig.json')], rules: {}, built: {}, readFrom: [] };
    if (dirname(at) === at) throw new UsageError(`there is no tsconfig.json in ${folder} or above it: say which one with --project`);
  }
}

function configurationIn(
  folder: string,
  defaultExportOf: (file: string, text: string) => unknown,
): { content: unknown; file: string } | undefined {
  for (const name of FILES) {
    const file = join(folder, name);
    if (existsSync(file)) return { content: defaultExportOf(file, readFileSync(file, 'utf8')), file };
  }
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const content = flowproofIn(file);
  return content === undefined ? undefined : { content, file };
}

function flowproofIn(manifest: string): unknown {
  try {
    const content: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    return typeof content === 'object' && content !== null && 'flowproof' in content ? content.flowproof : undefined;
  } catch (error) {
    throw new UsageError(`${manifest}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function understood(content: unknown, file: string, folder: string): Configuration {
  const how = file.endsWith('.json') ? "'flowproof' is an object" : 'export a literal object by default';
  const wrong = (what: string) => new UsageError(`${file}: ${what}`);
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw wrong(`${how}: it is read, not run`);
  const given = content as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).filter((key) => !KNOWN.includes(key));
  if (unknown.length > 0)
    throw wrong(`'${unknown.join("', '")}' means nothing: there are ${KNOWN.slice(0, -1).join(', ')} and ${KNOWN.at(-1)}`);
  const { project = 'tsconfig.json', rules = {}, built = {} } = given;
  const projects: readonly unknown[] = Array.isArray(project) ? project : [project];
  if (!projects.every((one) => typeof one === 'string')) throw wrong("'project' is the path of a tsconfig, or a list of such");
  if (projects.length === 0) throw wrong("'project' is an empty list: name a tsconfig, or leave it out");
  if (typeof rules !== 'object' || rules === null) throw wrong("'rules' is an object: code → error, warning, note or off");
  const codes = new Set(ruleTexts().map(({ code }) => code));
  for (const [code, severity] of Object.entries(rules)) {
    if (!codes.has(code)) throw wrong(`'${code}' is no rule: docs/checker.md and docs/types.md have all codes`);
    if (!SEVERITIES.includes(severity)) throw wrong(`'${code}' can be error, warning, note or off, not '${String(severity)}'`);
  }
  if (typeof built !== 'object' || built === null || !Object.values(built).every((one) => typeof one === 'string')) {
    throw wrong("'built' is an object: folder of sources → folder of the JavaScript that is built of them");
  }
  const folders = Object.entries(built as Readonly<Record<string, string>>);
  return {
    projects: projects.map((path) => join(folder, path as string)),
    rules: rules as Configuration['rules'],
    readFrom: [file],
    built: Object.fromEntries(folders.map(([from, to]) => [join(folder, from), join(folder, to)])),
  };
}
