import type { SourceProject } from '../../source/index.js';
import { unlike } from '../flows/distinct.js';
import { type FlowReading, readFlow } from '../flows/flow-reading.js';
import { readRoots } from '../flows/roots.js';
import { type TaskReading, tasksIn } from '../flows/task-reading.js';
import { blaming } from '../ground/blame.js';
import { Library } from '../ground/library.js';
import type { AppReading, FactoryReading, Lost } from '../ground/traces.js';
import { Types } from '../ground/types.js';
import { Interpreter } from '../interpret/interpreter.js';

/** What a project says of its flows and tasks. */
export interface ProjectReading {
  readonly project: SourceProject;
  readonly machine: Interpreter;
  readonly flows: readonly FlowReading[];
  readonly tasks: readonly TaskReading[];
  /** The same, and those that the flows may have beside them when only a part of a project is read. */
  readonly allTasks: readonly TaskReading[];
  readonly apps: readonly AppReading[];
  readonly factories: readonly FactoryReading[];
  /** Flows of which nothing can be said. */
  readonly lost: readonly Lost[];
}

export function readProject(project: SourceProject): ProjectReading {
  const { flowFiles } = project;
  const machine = machineFor(project);
  readRoots(flowFiles, machine);
  // Several owners may have the same flow: the last to be set is the first of them.
  const numbered = new Map([...unlike(machine.traces.all())].reverse().map(({ number, built }) => [number, built] as const));
  const flows = [...numbered.values()].reverse().map((built) => blaming(built.at, () => readFlow(built, machine)));
  const tasks = tasksIn(flowFiles, machine);
  const { traces } = machine;
  return {
    ...{ project, machine, flows, tasks, allTasks: tasks },
    ...{ apps: traces.apps(), factories: traces.factories(), lost: traces.lost() },
  };
}

export function machineFor({ checker, reaching }: SourceProject): Interpreter {
  return new Interpreter(new Types(checker), new Library(checker, reaching));
}
