import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { sentence } from '../../src/model/diagnostics.js';
import * as errors from '../../src/model/errors.js';

const path = 'provision/network/attach';
const failure = { path, phase: 'execute', attempt: 2, failure: { name: 'TypeError', message: 'no port' } } as const;
const diagnostic = (code: 'MISSING_VALUE' | 'UNKNOWN_RETURN') =>
  ({ code, severity: 'error', path, message: sentence(code, { flow: 'provision', value: 'image' }) }) as const;

const SAMPLES: readonly [errors.FlowproofError, string, readonly string[]][] = [
  [
    new errors.FlowDefinitionError('provision', [diagnostic('MISSING_VALUE'), diagnostic('UNKNOWN_RETURN')]),
    'FLOW_DEFINITION',
    ["flow 'provision'", path, "needs 'image'", '[MISSING_VALUE]', '[UNKNOWN_RETURN]'],
  ],
  [
    new errors.InvalidInputError('provision', [
      { path: 'address.zip', message: 'is no number' },
      { path: '', message: 'is no object' },
    ]),
    'INVALID_INPUT',
    ["flow 'provision'", 'address.zip: is no number', '(inputs): is no object'],
  ],
  [
    new errors.FlowFailedError('provision', 'order-42', 'REVERTED', [failure]),
    'FLOW_FAILED',
    ["'order-42'", "'provision'", 'REVERTED', `${path} (execute, attempt 2): TypeError: no port`],
  ],
  [new errors.RunConflictError('order-42', 'provision', 'provision'), 'RUN_CONFLICT', ["'order-42'", 'other inputs', 'another id']],
  [new errors.RunConflictError('order-42', 'provision', 'remove'), 'RUN_CONFLICT', ["'order-42'", "'remove'", "'provision'"]],
  [new errors.RunOwnedError('order-42', 'e-1'), 'RUN_OWNED', ["'order-42'", 'e-1', "takeover: 'force'"]],
  [new errors.RunEndedError('order-42', 'SUCCESS'), 'RUN_ENDED', ["'order-42'", 'SUCCESS']],
  [new errors.SignalsFullError('order-42', 1_000), 'SIGNALS_FULL', ["'order-42'", '1000 signals']],
  [new errors.RunNotFoundError('order-42'), 'RUN_NOT_FOUND', ["'order-42'"]],
  [
    new errors.IncompatibleFlowError('order-42', 'provision', ['attach was removed']),
    'INCOMPATIBLE_FLOW',
    ["'order-42'", "'provision'", 'attach was removed', 'Nothing was changed'],
  ],
  [
    new errors.RunStuckError('order-42', 'provision', ['a is not executed']),
    'RUN_STUCK',
    ["'order-42'", "'provision'", 'a is not executed'],
  ],
  [new errors.RunNotFailedError('order-42', 'REVERTED'), 'RUN_NOT_FAILED', ["'order-42'", 'REVERTED', 'reset']],
  [
    new errors.RevertNotFailedError('order-42', 'order/charge', ['order/pack']),
    'REVERT_NOT_FAILED',
    ["'order/charge'", "'order-42'", 'order/pack'],
  ],
  [new errors.TransactionError('NOT_TRANSACTIONAL', 'order/pay'), 'NOT_TRANSACTIONAL', ["'order/pay'", 'postgres(url)']],
  [new errors.StaleRunError('order-42'), 'STALE_RUN', ["'order-42'", 'taken over']],
  [new errors.AppStoppedError('order-42'), 'APP_STOPPED', ["'order-42'", 'resume']],
  [new errors.JournalFullError('order-42', 'provision', 100), 'JOURNAL_FULL', ["'order-42'", "'provision'", '100 steps', 'maxSteps']],
  [new errors.TransactionError('NOT_TRANSACTIONAL', 'shop/place'), 'NOT_TRANSACTIONAL', ["'shop/place'", 'postgres(url)']],
  [new errors.TransactionError('TRANSACTION_STATE', 'shop/place'), 'TRANSACTION_STATE', ["'shop/place'", 'savepoints']],
  [new errors.TransactionError('OTHER_DATABASE', 'order-42'), 'OTHER_DATABASE', ["'order-42'", 'pass the Kysely']],
  [new errors.TransactionError('TRANSACTION_LATE', 'shop/place'), 'TRANSACTION_LATE', ["'shop/place'", 'awaits it']],
  [new errors.PersistenceError('STORE_LOCKED', 'locked by process 7'), 'STORE_LOCKED', ['locked by process 7']],
];

describe.each(SAMPLES)('%s', (error, code, words) => {
  test(`has the code ${code} and names what it is about`, () => {
    expect(error.code).toBe(code);
    for (const word of words) expect(error.message).toContain(word);
  });

  test('is named as its class, and is one of ours', () => {
    expect(error.name).toBe(error.constructor.name);
    expect(error).toBeInstanceOf(errors.FlowproofError);
    expect(errors.isFlowproofError(error)).toBe(true);
    expect(errors.isFlowproofError(error, error.code)).toBe(true);
    expect(errors.isFlowproofError(error, 'FLOW_FAILED')).toBe(code === 'FLOW_FAILED');
  });
});

test('the documentation has a place for each code, which the error names', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8');
  const places = new Set([...page.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading?.toLowerCase()));
  for (const [error] of SAMPLES) {
    const [file, place] = error.help.split('#');
    expect(file).toBe('flowproof/docs/errors.md');
    expect(places).toContain(place);
  }
});

test('the documentation has a place for each code that a failure is given', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8');
  const places = new Set([...page.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading));
  const sources = ['calls', 'engine', 'executors'].flatMap((room) => {
    const folder = join(import.meta.dirname, '../../src', room);
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) =>
      name.endsWith('.ts') ? readFileSync(join(folder, name), 'utf8') : [],
    );
  });
  const codes = sources.flatMap((source) =>
    [...source.matchAll(/(?:code: |refuse\(path, |const [A-Z_]+ = )'([A-Z_]+)'/g)].map(([, code]) => code),
  );
  expect(codes).toContain('BAD_ANSWER');
  expect(codes).toContain('INVALID_OUTPUT');
  expect(codes.filter((code) => !places.has(code))).toEqual([]);
});

test('the documentation shows sentences as they are, but for what is filled in', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8');
  expect(page).toContain('write ({ email }: { email: string })');
  expect(page).toContain("write '_: {}' before the context");
  expect(page).toContain("nor '\\_\\_proto\\_\\_'");
  expect(page).toContain("flow '*flow*' has several nodes that provide '*value*': rename it with use(…, { provides })");
});

test('every class of error that is exported is in this test', () => {
  const classes = Object.entries(errors).filter(([name]) => name.endsWith('Error') && name !== 'isFlowproofError');
  const tested = new Set(SAMPLES.map(([error]) => error.constructor.name));
  expect(classes.map(([name]) => name).filter((name) => !tested.has(name))).toEqual(['FlowproofError', 'PermanentError']);
});

test('a failed flow has the first failure as its cause', () => {
  expect(new errors.FlowFailedError('f', 'r', 'FAILURE', [failure]).cause).toEqual(failure.failure);
  expect(new errors.FlowFailedError('f', 'r', 'SUSPENDED', []).cause).toBeUndefined();
});

test('the brand works across two copies of the package', async () => {
  vi.resetModules();
  const other = await import('../../src/model/errors.js');
  expect(other.FlowproofError).not.toBe(errors.FlowproofError);
  const theirs = new other.StaleRunError('order-42');
  expect(theirs).not.toBeInstanceOf(errors.FlowproofError);
  expect(errors.isFlowproofError(theirs, 'STALE_RUN')).toBe(true);
});

test('nothing else is an error of ours', () => {
  for (const other of [new Error('x'), { code: 'STALE_RUN' }, null, undefined, 'STALE_RUN', new errors.PermanentError('x')]) {
    expect(errors.isFlowproofError(other)).toBe(false);
  }
});

test('the brand is not written into what is stored or printed of an error', () => {
  expect(JSON.stringify(new errors.StaleRunError('r'))).toBe(
    '{"code":"STALE_RUN","name":"StaleRunError","help":"flowproof/docs/errors.md#stale_run","runId":"r"}',
  );
});
