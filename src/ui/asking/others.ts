import type { JsonObject } from '../../model/json.js';
import { isRunId, isSignalName, isWholeText, MAX_ID } from '../../model/names.js';
import type { Asked } from '../base/asked.js';
import { Refusal } from '../base/refusal.js';

/** `POST …/run/signal`: sends a run what it waits for. The flow of the run judges it, and so has to be one of the app's. */
export async function sendSignal({ app, body }: Asked): Promise<object> {
  const sent = await body();
  const { id, name, payload } = sent;
  if (!isRunId(id)) throw new Refusal(400, 'WRONG_BODY', `id must be a text of 1 to ${MAX_ID} characters`);
  if (!isSignalName(name)) throw new Refusal(400, 'WRONG_BODY', 'name must be that of a signal');
  const { app: source, inside } = app();
  const { flow } = await source.inspect(id);
  if (!inside.knows(flow))
    throw new Refusal(409, 'FLOW_NEEDED', `what a signal may carry is said by the flow '${flow}', which this app does not have`);
  await (Object.hasOwn(sent, 'payload') ? source.handle(id).signal(name, payload) : source.handle(id).signal(name));
  return { done: true };
}

/** `POST …/schedule/action`: begins a run of a schedule now, or lets it fire no more, or again. */
export async function askSchedule({ app, body }: Asked): Promise<object> {
  const sent = await body();
  const name = textOf(sent, 'name');
  const { schedules } = app().app;
  switch (sent.action) {
    case 'run':
      return { id: (await schedules.run(name)).id };
    case 'pause':
    case 'resume':
      await schedules[sent.action](name);
      return { done: true };
    default:
      throw new Refusal(400, 'WRONG_BODY', 'action must be one of run, pause, resume');
  }
}

/** `POST …/board/requeue`: lets a job be claimed again, with no losses. */
export async function requeueJob({ app, body }: Asked): Promise<object> {
  const { jobs } = await app().app.board.requeue(textOf(await body(), 'id'));
  if (jobs.length === 0) throw new Refusal(409, 'NOT_NOW', 'this job is neither delayed nor in the trash');
  return { done: true };
}

function textOf(sent: JsonObject, name: string): string {
  const value = sent[name];
  if (!isWholeText(value) || value === '') throw new Refusal(400, 'WRONG_BODY', `${name} must be a text`);
  return value;
}
