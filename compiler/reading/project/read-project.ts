import type { SourceProject } from '../../source/index.js';
import { distinctFlows } from '../flows/distinct.js';
import { type FlowReading, readFlow } from '../flows/flow-reading.js';
import { readRoots } from '../flows/roots.js';
import { type TaskReading, tasksIn } from '../flows/task-reading.js';
import { blaming } from '../ground/blame.js';
import { Library } from '../ground/library.js';
import type { AppReading, FactoryReading, UnreadFlow } from '../ground/traces.js';
import { Types } from '../ground/types.js';
import { Interpreter } from '../interpret/interpreter.js';

/** What a project says of its flows and tasks. */
export interface ProjectReading {
  readonly project: SourceProject;
  readonly interpreter: Interpreter;
  readonly flows: readonly FlowReading[];
  readonly tasks: readonly TaskReading[];
  /** The same, and those that the flows may have beside them when only a part of a project is read. */
  readonly allTasks: readonly TaskReading[];
  readonly apps: readonly AppReading[];
  readonly factories: readonly FactoryReading[];
  /** Flows of which nothing can be said. */
  readonly unread: readonly UnreadFlow[];
}

export function readProject(project: SourceProject): ProjectReading {
  const { flowFiles } = project;
  const interpreter = interpreterFor(project);
  readRoots(flowFiles, interpreter);
  // Several owners may have the same flow: the last to be set is the first of them.
  const numbered = new Map([...distinctFlows(interpreter.traces.all())].reverse().map(({ number, built }) => [number, built] as const));
  const flows = [...numbered.values()].reverse().map((built) => blaming(built.at, () => readFlow(built, interpreter)));
  const tasks = tasksIn(flowFiles, interpreter);
  const { traces } = interpreter;
  return {
    ...{ project, interpreter, flows, tasks, allTasks: tasks },
    ...{ apps: traces.apps(), factories: traces.factories(), unread: traces.unread() },
  };
}

export function interpreterFor({ checker, reaching }: SourceProject): Interpreter {
  return new Interpreter(new Types(checker), new Library(checker, reaching));
}
