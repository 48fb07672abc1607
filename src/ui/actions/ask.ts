import { isFlowproofError } from '../../model/flowproof-error.js';
import type { JsonObject } from '../../model/json.js';
import { isRunId, MAX_ID } from '../../model/names.js';
import type { Asked } from '../base/asked.js';
import { Refusal } from '../base/refusal.js';
import type { NamedApp } from '../base/viewed.js';
import { withoutPassword } from '../http/answers.js';
import { type Action, type AskedAction, act, actionsFor, RUN_ACTIONS, TASK_ACTIONS } from './actions.js';
import { previewOf } from './preview.js';

/** So many runs are asked at once. */
const MOST_IDS = 1_000;

/** `POST …/run/action`: asks something of one run, or says what that would do. */
export async function askOne({ app, body }: Asked): Promise<object> {
  const sent = await body();
  const named = app();
  const asked = actionIn(sent, textIn(sent, 'id') ?? '');
  const run = await named.app.inspect(asked.id);
  const isKnown = named.inside.knows(run.flow);
  if (!actionsFor(run, isKnown).includes(asked.action))
    throw new Refusal(
      409,
      'NOT_NOW',
      `'${asked.action}' can't be asked of a run that is ${run.state}${isKnown ? '' : ', without its flow'}`,
    );
  if (sent.preview === true) return { preview: previewOf(asked.action, run, (await named.inside.graphOf(asked.id)).manifest, asked.path) };
  await act(named, asked, isKnown);
  return { done: true };
}

/** `POST …/runs/action`: asks the same of several runs; each is answered by itself. */
export async function askMany({ app, body, signal }: Asked): Promise<object> {
  const sent = await body();
  const { ids } = sent;
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > MOST_IDS || !ids.every(isRunId))
    throw new Refusal(400, 'WRONG_BODY', `ids must be a list of 1 to ${MOST_IDS} ids of runs`);
  const named = app();
  const refused: { id: string; code: string; message: string }[] = [];
  let done = 0;
  for (const id of ids) {
    if (signal.aborted) break;
    try {
      const asked = actionIn(sent, id);
      if (!RUN_ACTIONS.some((one) => one === asked.action)) throw new Refusal(400, 'WRONG_BODY', 'this can be asked of one task only');
      await act(named, asked, await isKnown(named, id));
      done++;
    } catch (error) {
      if (error instanceof Refusal || (isFlowproofError(error) && error.code.startsWith('STORE_'))) throw error;
      if (!isFlowproofError(error)) throw error;
      refused.push({ id, code: error.code, message: withoutPassword(error.message) });
    }
  }
  return { done, refused };
}

async function isKnown({ app, inside }: NamedApp, id: string): Promise<boolean> {
  // With all flows, or none, nothing has to be read.
  return app.flows.length > 0 && inside.knows((await app.inspect(id)).flow);
}

/** @throws Refusal */
function actionIn(sent: JsonObject, id: string): AskedAction {
  const action = [...RUN_ACTIONS, ...TASK_ACTIONS].find((one): one is Action => one === sent.action);
  if (action === undefined) throw new Refusal(400, 'WRONG_BODY', `action must be one of ${[...RUN_ACTIONS, ...TASK_ACTIONS].join(', ')}`);
  if (!isRunId(id)) throw new Refusal(400, 'WRONG_BODY', `id must be a text of 1 to ${MAX_ID} characters`);
  const [path, reason] = [textIn(sent, 'path'), textIn(sent, 'reason')];
  if (TASK_ACTIONS.some((one) => one === action) && path === undefined) throw new Refusal(400, 'WRONG_BODY', 'path must name the task');
  if (reason !== undefined && !isRunId(reason)) throw new Refusal(400, 'WRONG_BODY', `reason must be a text of 1 to ${MAX_ID} characters`);
  return { action, id, path, reason };
}

function textIn(sent: JsonObject, name: string): string | undefined {
  const value = sent[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
