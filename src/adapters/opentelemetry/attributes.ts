import type { Attributes } from '@opentelemetry/api';
import type { Failure } from '../../model/failure.js';

/** Names of attributes, the same on spans and metrics. */
export const ATTRIBUTE = {
  flow: 'flowproof.flow',
  runId: 'flowproof.run.id',
  state: 'flowproof.state',
  path: 'flowproof.path',
  task: 'flowproof.task',
  phase: 'flowproof.phase',
  round: 'flowproof.round',
  turn: 'flowproof.turn',
  attempt: 'flowproof.attempt',
  executor: 'flowproof.executor',
  epoch: 'flowproof.epoch',
  partial: 'flowproof.partial',
  outcome: 'flowproof.outcome',
  board: 'flowproof.board',
  schedule: 'flowproof.schedule',
  reason: 'flowproof.reason',
  /** Of OpenTelemetry's conventions: a word that there are few of. */
  errorType: 'error.type',
} as const;

/** Without what is absent. */
export function attributes(given: Readonly<Record<string, string | number | boolean | undefined>>): Attributes {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** Its code, or its name, where that is a word; one with digits may be another one each time, and there are to be few. */
export function errorTypeOf({ code, name }: Failure): string {
  const isWord = (text: string | undefined): text is string => text !== undefined && /^[A-Za-z_]{1,64}$/.test(text);
  return [code, name].find(isWord) ?? 'Error';
}
