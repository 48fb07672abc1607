import { type AnyFlow, type AnyTask, builders, flowDefinitionOf, taskDefinitionOf } from '../../authoring/index.js';
import { compile } from '../../compilation/index.js';

const { linear } = builders(compile);
/** Types were settled by whoever took the task. */
const around = linear.open as unknown as (name: string) => { add(task: unknown): { build(): AnyFlow } };

/** What a run is about: a flow as it is, and a task as the one node of a flow of its name. TaskFlow. */
export function rootOf(root: AnyFlow | AnyTask): AnyFlow {
  const task = flowDefinitionOf(root) === undefined ? taskDefinitionOf(root) : undefined;
  return task === undefined ? (root as AnyFlow) : around(task.name).add(root).build();
}
