import { CheckerDefectError } from '../findings/defect.js';
import type { Place } from '../findings/place.js';
import type { ProjectReading } from '../reading/index.js';
import { placeOf } from '../source/index.js';

/**
 * Judges a project. If that fails, its parts are judged one by one, to say with which it does.
 *
 * @throws CheckerDefectError
 */
export function blaming<Judgement>(reading: ProjectReading, judge: (reading: ProjectReading) => Judgement): Judgement {
  try {
    return judge(reading);
  } catch (cause) {
    throw new CheckerDefectError(partsOf(reading).find(({ part }) => fails(part, judge))?.place ?? placeOfAll(reading), cause);
  }
}

interface Part {
  readonly part: ProjectReading;
  readonly place: Place;
}

function partsOf(reading: ProjectReading): readonly Part[] {
  const { flows, tasks, apps, unread, project } = reading;
  const empty = { ...reading, project: { ...project, flowFiles: [] }, flows: [], tasks: [], apps: [], unread: [] };
  return [
    ...flows.map((flow) => ({ part: { ...empty, flows: [flow] }, place: placeOf(flow.at) })),
    ...tasks.map((task) => ({ part: { ...empty, tasks: [task] }, place: placeOf(task.at) })),
    ...apps.map((app) => ({ part: { ...empty, apps: [app] }, place: placeOf(app.at) })),
    ...unread.map((one) => ({ part: { ...empty, unread: [one] }, place: placeOf(one.at) })),
    ...project.flowFiles.map((file) => ({ part: { ...empty, project: { ...project, flowFiles: [file] } }, place: placeOf(file) })),
  ];
}

function fails(part: ProjectReading, judge: (reading: ProjectReading) => unknown): boolean {
  try {
    judge(part);
    return false;
  } catch {
    return true;
  }
}

/** All of it together fails, and no part of it alone. */
function placeOfAll({ project: { tsconfigs } }: ProjectReading): Place {
  return { file: tsconfigs[0] ?? '', line: 1, column: 1, endLine: 1, endColumn: 1 };
}
