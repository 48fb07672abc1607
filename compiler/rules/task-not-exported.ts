import { describe } from '#compilation';
import { executorsIn, exportedTasks, functionAround } from '../reading/index.js';
import { ts } from '../source/index.js';
import type { Rule } from './rule.js';

/** Executors that run tasks where the objects of this process are not: they find the code again by its module and its name there. */
const ELSEWHERE = new Set(['threads', 'processes', 'workers']);

/** A class that no module exports exists in the thread that made it only. */
export const taskNotExported: Rule = {
  code: 'TASK_NOT_EXPORTED',
  severity: 'warning',
  title: 'a task is to run in another thread or process, and no module exports it',
  *find({ project, interpreter }) {
    const executors = executorsIn(project.flowFiles, interpreter).filter(({ kind }) => ELSEWHERE.has(kind));
    if (executors.length === 0) return;
    const exported = exportedTasks(project, interpreter);
    for (const { kind, at, flows } of executors) {
      for (const origin of flows.flatMap((flow) => describe(flow).origins)) {
        // What comes out of a package's declarations, and what is made of other code, can't be judged from here.
        const code = origin?.kind === 'task' ? interpreter.origins.of(origin.code.target) : undefined;
        if (origin?.kind !== 'task' || code === undefined || exported.has(code)) continue;
        const advice =
          functionAround(code) === undefined ? 'export it from its module' : 'make it at the top level of a module, and export it';
        yield {
          at: (ts.isClassLike(code) ? code.name : undefined) ?? code,
          message: `task '${origin.name}' can't be found by ${kind}, which load its code by module and name: ${advice}`,
          related: [{ at, message: 'its flow runs there' }],
        };
      }
    }
  },
};
