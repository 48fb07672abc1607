import type { Finding } from '../findings/finding.js';
import { filesWithFlows, type ProjectReading } from '../reading/index.js';
import { type BuildFinder, buildFinder } from './build-calls.js';
import { type LoadOptions, loadModules } from './load-modules.js';
import { type LoadedFlow, type Matched, matchLoaded } from './match-loaded.js';
import { type BuiltFolders, type Modules, modulesOf } from './modules.js';
import type { BuiltFlow } from './protocol.js';

/** Sources themselves are not loaded: Node.js takes no decorators. */
const NOWHERE =
  "there is no JavaScript to load for it, because no tsconfig of this project emits it: name one that does with --project, or say in the configuration where it is built, such as built: { src: 'dist' }";

export interface LoadFlowsOptions extends LoadOptions {
  readonly built: BuiltFolders;
  /** Whether what is in this file is asked about. */
  readonly wants: (file: string) => boolean;
  /** How a file is named in messages. */
  readonly say: (file: string) => string;
}

/**
 * Loads the modules of a project that have to do with flows, and judges by what they build: what could not be read is
 * known then, and what was read is compared.
 */
export async function loadFlows(reading: ProjectReading, { built, wants, say, ...options }: LoadFlowsOptions): Promise<Matched> {
  const modules = modulesOf(reading.project, built);
  const findings: Finding[] = [];
  const sources = new Map<string, string>();
  for (const { fileName } of filesWithFlows(reading.project.flowFiles, reading.interpreter)) {
    if (!wants(fileName)) continue;
    const found = modules.of(fileName);
    if (found === undefined) findings.push(failed(fileName, NOWHERE));
    else if (!found.exists) findings.push(failed(fileName, `there is no ${say(found.javascript)} to load for it: build the project first`));
    else sources.set(found.javascript, fileName);
  }
  const loaded = await loadModules([...sources.keys()], options);
  for (const { module, trouble } of loaded) {
    const source = sources.get(module);
    if (source !== undefined && trouble !== undefined) findings.push(failed(source, `${say(module)} could not be loaded: ${trouble}`));
  }
  const find = buildFinder();
  const flows = loaded.flatMap(({ module, flows }) => flows.flatMap((flow): LoadedFlow[] => loadedFlow(flow, module, modules, find)));
  const matched = matchLoaded(reading, flows, say);
  return { reading: matched.reading, findings: [...findings, ...matched.findings] };
}

/** Nothing for flows that others built, such as a package that is used: they are not judged here. */
function loadedFlow({ shape, builtAt }: BuiltFlow, module: string, modules: Modules, find: BuildFinder): LoadedFlow[] {
  if (builtAt === undefined) return [{ shape, javascript: module, source: undefined, at: undefined, old: false }];
  const javascript = builtAt.file;
  const source = modules.sourceOf(javascript);
  if (source === undefined) return [];
  const old = modules.isOld(source.fileName, javascript);
  return [{ shape, javascript, source: source.fileName, at: find(builtAt, source), old }];
}

function failed(file: string, message: string): Finding {
  return { code: 'LOAD_FAILED', severity: 'error', message, place: { file, line: 1, column: 1, endLine: 1, endColumn: 1 }, related: [] };
}
