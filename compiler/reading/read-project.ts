import type { FlowDefinition } from '#authoring';
import { type SourceProject, ts } from '../source/index.js';
import { blaming } from './blame.js';
import { builtBy } from './call-library.js';
import { type FlowReading, readFlow } from './flow-reading.js';
import { Frame } from './frame.js';
import { Interpreter } from './interpreter.js';
import { Library } from './library.js';
import { readRoots } from './roots.js';
import { walk } from './syntax.js';
import { type TaskReading, tasksIn, writtenIn } from './task-reading.js';
import type { Lost } from './traces.js';
import { Types } from './types.js';
import { unlike } from './unlike.js';

/** What a project says of its flows and tasks. */
export interface ProjectReading {
  readonly project: SourceProject;
  readonly machine: Interpreter;
  readonly flows: readonly FlowReading[];
  readonly tasks: readonly TaskReading[];
  /** The same, and those that the flows may have beside them when only a part of a project is read. */
  readonly allTasks: readonly TaskReading[];
  readonly apps: readonly AppReading[];
  /** Flows of which nothing can be said. */
  readonly lost: readonly Lost[];
}

/** A call of `flowproof(…)`, with the flows that are constants. */
export interface AppReading {
  readonly at: ts.CallExpression;
  readonly flows: readonly { readonly definition: FlowDefinition; readonly at: ts.Node }[];
}

export function readProject(project: SourceProject): ProjectReading {
  const { flowFiles } = project;
  const machine = machineFor(project);
  readRoots(flowFiles, machine);
  const apps = flowFiles.flatMap((file) => blaming(file, () => appsIn(file, machine)));
  // Several owners may have the same flow: the last to be set is the first of them.
  const numbered = new Map([...unlike(machine.traces.all())].reverse().map(({ number, built }) => [number, built] as const));
  const flows = [...numbered.values()].reverse().map((built) => blaming(built.at, () => readFlow(built, machine)));
  const tasks = tasksIn(flowFiles, machine);
  return { project, machine, flows, tasks, allTasks: tasks, apps, lost: machine.traces.lost() };
}

export function machineFor({ checker, reaching }: SourceProject): Interpreter {
  return new Interpreter(new Types(checker), new Library(checker, reaching));
}

/** The flows in `flowproof({ flows: [...] })`, as far as they are constants. */
export function appsIn(file: ts.SourceFile, machine: Interpreter): readonly AppReading[] {
  const apps: AppReading[] = [];
  walk(file, (node) => {
    if (!ts.isCallExpression(node) || machine.library.calledIn(node.expression) !== 'flowproof') return;
    const [options] = node.arguments;
    const written = options !== undefined && ts.isObjectLiteralExpression(options) ? writtenIn(options, 'flows') : undefined;
    if (written === undefined) return;
    const read = () => {
      const list = machine.evaluate(written, new Frame());
      const flows = (Array.isArray(list) ? list : []).flatMap((flow, index) => {
        const definition = builtBy(flow, machine);
        const at = ts.isArrayLiteralExpression(written) ? (written.elements[index] ?? written) : written;
        return definition === undefined ? [] : [{ definition, at }];
      });
      apps.push({ at: node, flows });
    };
    machine.traces.readFor(file.fileName, () => machine.everyWay(node, read));
  });
  return apps;
}
