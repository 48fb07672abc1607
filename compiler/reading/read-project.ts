import { type FlowDefinition, flowDefinitionOf } from '#authoring';
import { canonicalText } from '#model/json.js';
import { type SourceProject, ts } from '../source/index.js';
import { type FlowReading, readFlow } from './flow-reading.js';
import { Frame } from './frame.js';
import type { Gap } from './gaps.js';
import { Interpreter } from './interpreter.js';
import { Library } from './library.js';
import { readRoots } from './roots.js';
import { walk } from './syntax.js';
import { type TaskReading, tasksIn } from './task-reading.js';
import { Types } from './types.js';
import type { Built } from './traces.js';

/** What a project says of its flows and tasks. */
export interface ProjectReading {
  readonly project: SourceProject;
  readonly machine: Interpreter;
  readonly flows: readonly FlowReading[];
  readonly tasks: readonly TaskReading[];
  /** Flows that an app is given. */
  readonly registered: ReadonlySet<FlowDefinition>;
  /** Flows of which nothing can be said. */
  readonly lost: readonly { readonly at: ts.CallExpression; readonly gap: Gap }[];
}

export function readProject(project: SourceProject): ProjectReading {
  const types = new Types(project.checker);
  const library = new Library(project.checker, project.files);
  const machine = new Interpreter(types, library);
  readRoots(project.files, machine);
  const registered = registeredIn(project.files, machine);
  const flows = unlike(machine.traces.all()).map((built) => readFlow(built, machine.traces, machine.origins));
  return { project, machine, flows, tasks: tasksIn(project.files, machine), registered, lost: machine.traces.lost };
}

/** A flow that was read on several ways, and is the same on each. */
function unlike(all: readonly Built[]): readonly Built[] {
  const seen = new Map<ts.Node, Set<string>>();
  return all.filter((built) => {
    const text = fingerprintOf(built.definition);
    const known = seen.get(built.at);
    if (known?.has(text)) return false;
    if (known === undefined) seen.set(built.at, new Set([text]));
    else known.add(text);
    return true;
  });
}

function fingerprintOf(definition: FlowDefinition): string {
  const plain: unknown = JSON.parse(JSON.stringify(definition, (key, value: unknown) => (key === 'code' || key === 'schema' ? undefined : value)));
  return canonicalText(plain as Parameters<typeof canonicalText>[0]);
}

/** The flows in `flowproof({ flows: [...] })`, as far as they are constants. */
function registeredIn(files: readonly ts.SourceFile[], machine: Interpreter): ReadonlySet<FlowDefinition> {
  const found = new Set<FlowDefinition>();
  for (const file of files) {
    walk(file, (node) => {
      if (!ts.isCallExpression(node) || machine.library.calledIn(node.expression) !== 'flowproof') return;
      const [options] = node.arguments;
      if (options === undefined || !ts.isObjectLiteralExpression(options)) return;
      const flows = options.properties.find((one) => one.name?.getText() === 'flows');
      if (flows === undefined || !(ts.isPropertyAssignment(flows) || ts.isShorthandPropertyAssignment(flows))) return;
      machine.everyWay(
        () => {
          const list = machine.evaluate(ts.isPropertyAssignment(flows) ? flows.initializer : flows.name, new Frame());
          for (const flow of Array.isArray(list) ? list : []) {
            const definition = flowDefinitionOf(flow);
            if (definition !== undefined) found.add(definition);
          }
        },
        () => {},
      );
    });
  }
  return found;
}
