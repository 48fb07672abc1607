import { isFlowproofError } from '../../model/flowproof-error.js';
import { messageOf } from '../../model/in-words.js';
import type { Answer } from '../base/asked.js';
import { Refusal } from '../base/refusal.js';
import { SECURITY_HEADERS } from './headers.js';

/** An answer in JSON; nothing keeps it. */
export function json(value: Exclude<Answer, Response>, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { ...SECURITY_HEADERS, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  });
}

/** What went wrong, for whoever has asked: stable codes, and no more than a person may know. */
export function failed(error: unknown): Response {
  if (error instanceof Refusal) return json({ error: { code: error.code, message: error.message } }, error.status, error.headers);
  if (isFlowproofError(error))
    return json({ error: { code: error.code, message: withoutPassword(error.message) } }, STATUSES[error.code] ?? statusOf(error.code));
  // Whoever serves it has to know; whoever asks need not.
  process.emitWarning(withoutPassword(stackOf(error)), { type: 'FlowproofWarning', code: 'UI_FAILED' });
  return json({ error: { code: 'INTERNAL', message: 'flowproof/ui could not answer: this is a mistake of its own' } }, 500);
}

function stackOf(error: unknown): string {
  return `the page could not answer: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`;
}

const STATUSES: Readonly<Record<string, number>> = {
  RUN_NOT_FOUND: 404,
  SCHEDULE_NOT_FOUND: 404,
  INVALID_INPUT: 422,
  INVALID_LIMIT: 422,
  APP_STOPPED: 503,
  STORE_READ_ONLY: 403,
};

/** What is away may come back; everything else is how a run or a job stands. */
function statusOf(code: string): number {
  return /^(STORE|BOARD)_/.test(code) ? 503 : 409;
}

/** No password of an address is shown. */
export function withoutPassword(text: string): string {
  return text.replace(/:\/\/([^:/@\s]*):[^@\s]*@/g, '://$1:…@');
}
