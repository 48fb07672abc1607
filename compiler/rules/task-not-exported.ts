import { describe } from '#compilation';
import { isMadeUp, type PlacesReading, type ProjectReading, placesIn, taskSetOf } from '../reading/index.js';
import { ts } from '../source/index.js';
import type { Found, Rule } from './rule.js';

/** Threads and processes call what the task set of their module lists, and nothing else. The app would say so when it opens. */
export const taskNotExported: Rule = {
  code: 'TASK_NOT_EXPORTED',
  severity: 'warning',
  title: 'a task is to run in threads or processes, and the task set of their module does not list it',
  *find(reading) {
    for (const places of placesIn(reading.project.flowFiles, reading.interpreter)) yield* unlisted(places, reading);
  },
};

function* unlisted(places: PlacesReading, { project, interpreter }: ProjectReading): Iterable<Found> {
  const { kind, at, call, flows } = places;
  const set = taskSetOf(call, project, interpreter);
  if (set?.kind === 'none') {
    const message = `the module of these ${kind} has no default export: write export default taskSet({ tasks: […] }) in it`;
    yield { at, message, related: [{ at: set.at, message: 'the module' }] };
  }
  if (set?.kind !== 'set') return;
  const reported = new Set<string>();
  for (const flow of flows) {
    const { shape, origins } = describe(flow);
    for (const [index, origin] of origins.entries()) {
      if (origin?.kind !== 'task' || origin.wait !== undefined || isMadeUp(origin.name) || reported.has(origin.name)) continue;
      if (set.tasks.has(origin.name) || !places.calls(shape.nodes[index]?.tuning?.runsOn)) continue;
      reported.add(origin.name);
      const code = interpreter.origins.of(origin.code.target);
      yield {
        at: (code !== undefined && ts.isClassLike(code) ? code.name : undefined) ?? code ?? at,
        message: `task '${origin.name}' is to run in ${kind} whose task set does not list it: add it to taskSet({ tasks: […] })`,
        related: [
          { at, message: 'its flow runs there' },
          { at: set.at, message: 'what they may call' },
        ],
      };
    }
  }
}
