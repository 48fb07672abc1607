import type { Port, TaskDefinition } from '../authoring/index.js';

/** What an app and a place have to agree about a task. Values that may be absent are written `zone?`. */
export interface TaskManifest {
  readonly name: string;
  readonly version: number;
  readonly requires: readonly string[];
  readonly provides: readonly string[];
  readonly keeps: readonly string[];
  readonly revertRequires: readonly string[];
  /** Absent: only the instance that a container makes can tell. */
  readonly reverts?: boolean;
}

export function manifestOfTask({ name, version, requires, provides, keeps, revertRequires, hasRevert }: TaskDefinition): TaskManifest {
  return {
    name,
    version,
    requires: namesOf(requires),
    provides: namesOf(provides),
    keeps: namesOf(keeps),
    revertRequires: namesOf(revertRequires),
    ...(hasRevert === undefined ? {} : { reverts: hasRevert }),
  };
}

function namesOf(ports: readonly Port[]): readonly string[] {
  return ports.map(({ name, optional }) => (optional ? `${name}?` : name)).sort();
}

const LISTS = ['requires', 'provides', 'keeps', 'revertRequires'] as const;

/** What is different about a task in the flows and in a task set, in words; nothing, if they agree. */
export function differencesOfTask(flows: TaskManifest, set: TaskManifest | undefined): readonly string[] {
  const { name, version, reverts } = flows;
  if (set === undefined) return [`task '${name}' is not in it: list it in its taskSet({ tasks: […] })`];
  const found: string[] = [];
  const compare = (what: string, inFlows: unknown, inSet: unknown): void => {
    if (inFlows !== inSet) found.push(`task '${name}': ${what} is ${inFlows} in the flows and ${inSet} there`);
  };
  compare('version', version, set.version);
  for (const list of LISTS) compare(list, `[${flows[list].join(', ')}]`, `[${set[list].join(', ')}]`);
  if (reverts !== undefined && set.reverts !== undefined) compare('whether it has a revert', reverts, set.reverts);
  return found;
}
