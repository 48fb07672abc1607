import { type FlowDefinition, flowDefinitionOf } from '#authoring';
import { type SourceProject, ts } from '../source/index.js';
import { type FlowReading, readFlow } from './flow-reading.js';
import { Frame } from './frame.js';
import type { Gap } from './gaps.js';
import { Interpreter } from './interpreter.js';
import { Library } from './library.js';
import { readRoots } from './roots.js';
import { walk } from './syntax.js';
import { type TaskReading, tasksIn, writtenIn } from './task-reading.js';
import type { Built } from './traces.js';
import { Types } from './types.js';

/** What a project says of its flows and tasks. */
export interface ProjectReading {
  readonly project: SourceProject;
  readonly machine: Interpreter;
  readonly flows: readonly FlowReading[];
  readonly tasks: readonly TaskReading[];
  readonly apps: readonly AppReading[];
  /** Flows of which nothing can be said. */
  readonly lost: readonly { readonly at: ts.CallExpression; readonly gap: Gap }[];
}

/** A call of `flowproof(…)`, with the flows that are constants. */
export interface AppReading {
  readonly at: ts.CallExpression;
  readonly flows: readonly { readonly definition: FlowDefinition; readonly at: ts.Node }[];
}

export function readProject(project: SourceProject): ProjectReading {
  const types = new Types(project.checker);
  const library = new Library(project.checker, project.files);
  const machine = new Interpreter(types, library);
  readRoots(project.files, machine);
  const apps = appsIn(project.files, machine);
  const flows = unlike(machine.traces.all()).map((built) => readFlow(built, machine));
  return { project, machine, flows, tasks: tasksIn(project.files, machine), apps, lost: machine.traces.lost };
}

/**
 * Flows that differ. One that was read on several ways may be the same on each; one that the same `.build()` puts into
 * another is part of that one.
 */
function unlike(all: readonly Built[]): readonly Built[] {
  const known = new Map<FlowDefinition, number>();
  const seen = new Map<string, number>();
  const places = new Map(all.map(({ definition, at }) => [definition, at]));
  const parts = new Set<FlowDefinition>();
  const first = new Map<number, Built>();
  for (const built of all) {
    for (const { node } of built.definition.nodes) if (node.kind === 'flow' && places.get(node) === built.at) parts.add(node);
    const text = `${built.at.getSourceFile().fileName}:${built.at.pos} ${textOf(built.definition, known)}`;
    const number = seen.get(text) ?? seen.size;
    seen.set(text, number);
    known.set(built.definition, number);
    if (!first.has(number)) first.set(number, built);
  }
  return [...first.values()].filter(({ definition }) => !parts.has(definition));
}

/** Equal for flows that look equal; flows in it were built before, and have a number. */
function textOf(definition: FlowDefinition, known: ReadonlyMap<FlowDefinition, number>): string {
  const named = definition.nodes.map(({ node, ...rest }) => {
    const number = node.kind === 'flow' ? known.get(node) : undefined;
    return { ...rest, node: number ?? node };
  });
  return JSON.stringify({ ...definition, nodes: named }, (key, value: unknown) => (key === 'code' || key === 'schema' ? undefined : value));
}

/** The flows in `flowproof({ flows: [...] })`, as far as they are constants. */
function appsIn(files: readonly ts.SourceFile[], machine: Interpreter): readonly AppReading[] {
  const apps: AppReading[] = [];
  for (const file of files) {
    walk(file, (node) => {
      if (!ts.isCallExpression(node) || machine.library.calledIn(node.expression) !== 'flowproof') return;
      const [options] = node.arguments;
      const written = options !== undefined && ts.isObjectLiteralExpression(options) ? writtenIn(options, 'flows') : undefined;
      if (written === undefined) return;
      const read = () => {
        const list = machine.evaluate(written, new Frame());
        const flows = (Array.isArray(list) ? list : []).flatMap((flow, index) => {
          const definition = flowDefinitionOf(flow);
          const at = ts.isArrayLiteralExpression(written) ? (written.elements[index] ?? written) : written;
          return definition === undefined ? [] : [{ definition, at }];
        });
        apps.push({ at: node, flows });
      };
      machine.everyWay(read, () => {});
    });
  }
  return apps;
}
