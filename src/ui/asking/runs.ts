import { isFlowproofError } from '../../model/flowproof-error.js';
import type { JsonObject } from '../../model/json.js';
import { isRunId, MAX_ID } from '../../model/names.js';
import { type Action, type AskedAction, act, actionsFor, RUN_ACTIONS, TASK_ACTIONS } from '../actions/actions.js';
import { previewOf } from '../actions/preview.js';
import type { Asked } from '../base/asked.js';
import { Refusal } from '../base/refusal.js';
import type { NamedApp } from '../base/viewed.js';
import { withoutPassword } from '../http/answers.js';
import { listQuery } from '../views/query.js';
import { runsFor } from '../views/runs.js';

/** So many runs are asked at once. */
const MOST_IDS = 1_000;
/** So many of those that match, for one answer. */
const MOST_MATCHING = 200;

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

/** What became of what was asked of several runs. */
export interface AskedOfMany {
  /** So many will do it. */
  readonly done: number;
  /** So many were asked. */
  readonly asked: number;
  /** The first ones that refused it, and why. */
  readonly refused: readonly { readonly id: string; readonly code: string; readonly message: string }[];
  /** Where there are more that match: what goes on, as `before`. */
  readonly next?: string;
}

const MOST_REFUSED = 20;

/** `POST …/runs/action`: asks the same of several runs, by their ids or a page of those that match a query; each answers for itself. */
export async function askMany({ app, body, signal }: Asked): Promise<AskedOfMany> {
  const sent = await body();
  const named = app();
  if (!RUN_ACTIONS.some((one) => one === actionIn(sent, 'any').action))
    throw new Refusal(400, 'WRONG_BODY', 'this can be asked of one task only');
  const { ids, next } = sent.query === undefined ? { ids: idsIn(sent) } : await matching(named, sent);
  const refused: { id: string; code: string; message: string }[] = [];
  let [done, asked] = [0, 0];
  for (const id of ids) {
    if (signal.aborted) break;
    asked++;
    try {
      await act(named, actionIn(sent, id), await isKnown(named, id));
      done++;
    } catch (error) {
      // Where the store is away, the others would fail, too.
      if (!isFlowproofError(error) || error.code.startsWith('STORE_') || error.code === 'APP_STOPPED') throw error;
      if (refused.length < MOST_REFUSED) refused.push({ id, code: error.code, message: withoutPassword(error.message) });
    }
  }
  return { done, asked, refused, ...(next === undefined ? {} : { next }) };
}

/** @throws Refusal */
function idsIn({ ids }: JsonObject): readonly string[] {
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > MOST_IDS || !ids.every(isRunId))
    throw new Refusal(400, 'WRONG_BODY', `ids must be a list of 1 to ${MOST_IDS} ids of runs`);
  return ids;
}

/** A page of the runs that a list with this query shows: what is asked of them may change whether they match, and the order of the list does not. */
async function matching({ app }: NamedApp, { query }: JsonObject): Promise<{ readonly ids: readonly string[]; readonly next?: string }> {
  if (typeof query !== 'string')
    throw new Refusal(400, 'WRONG_BODY', 'query must be that of a list of runs, as in state=RUNNING&flow=order');
  const { runs, next } = await runsFor(app, { ...listQuery(new URLSearchParams(query)), limit: MOST_MATCHING });
  return { ids: runs.map(({ id }) => id), ...(next === undefined ? {} : { next }) };
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
