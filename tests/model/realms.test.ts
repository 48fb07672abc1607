import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { jsonCodec } from '../../src/model/codec/json-codec.js';
import { isFlowproofError, PermanentError } from '../../src/model/errors.js';
import { findCause, toFailure } from '../../src/model/failure.js';
import { canonicalText, type Json } from '../../src/model/json.js';
import { isError } from '../../src/model/kinds.js';

/** Code that runs where `Object`, `Error` and all others are not the ones of this file, as in Jest. */
const elsewhere = (code: string): unknown => runInNewContext(`(${code})`);
const stored = (value: unknown): unknown => jsonCodec.decode(JSON.parse(canonicalText(jsonCodec.encode(value))) as Json);

describe('a value of another realm is kept as one of this', () => {
  test.each<[string, unknown]>([
    ['{ a: [1, { b: null }], c: undefined }', { a: [1, { b: null }], c: undefined }],
    ['Object.assign(Object.create(null), { a: 1 })', { a: 1 }],
    ['new Date(5)', new Date(5)],
    ['new Map([[{ a: 1 }, new Set([1n])]])', new Map([[{ a: 1 }, new Set([1n])]])],
    ['/a(b)/giu', /a(b)/giu],
    ['new Uint8Array([1, 2, 3]).subarray(1)', new Uint8Array([2, 3])],
    ['JSON.parse(\'{"~date": [1]}\')', { '~date': [1] }],
  ])('%s', (code, value) => {
    expect(stored(elsewhere(code))).toStrictEqual(value);
  });

  test('errors, with their class, code and causes', () => {
    const error = stored(elsewhere(`Object.assign(new TypeError('x', { cause: new AggregateError([new Error('y')]) }), { code: 'E_X' })`));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: 'TypeError', message: 'x', code: 'E_X', cause: { errors: [{ message: 'y' }] } });
  });

  test.each([
    'new (class Money {})()',
    'new (class Stamp extends Date {})()',
    'new (class HttpError extends Error {})()',
    'Object.create({})',
  ])('but not %s, as little as here', (code) => {
    expect(() => jsonCodec.encode(elsewhere(code))).toThrow(/is an instance of class/);
  });
});

describe('an error of another realm', () => {
  test('is a failure with its name, message, code, data, stack and causes', () => {
    const thrown = elsewhere(`(() => {
      class NoSpace extends Error {}
      return Object.assign(new NoSpace('full', { cause: new RangeError('below') }), { code: 'E_FULL', data: { tries: [1] }, status: 507 });
    })()`);
    const failure = toFailure(thrown);
    expect(failure).toMatchObject({ name: 'NoSpace', message: 'full', code: 'E_FULL', data: { tries: [1] }, status: 507 });
    expect(failure.stack).toContain('full');
    expect(findCause(failure, RangeError)?.message).toBe('below');
  });

  test('is an error, and what is none is none', () => {
    expect(isError(elsewhere('new Error()'))).toBe(true);
    expect(isError(elsewhere('{ name: "AbortError", message: "by its shape" }'))).toBe(true);
    for (const other of ['{ message: "m" }', '"text"', 'null', '() => 1']) expect(isError(elsewhere(other))).toBe(false);
  });

  test('of another copy of the package is one of ours, and permanent', () => {
    const copy = elsewhere(`(() => {
      const error = Object.assign(new Error('x'), { name: 'RunConflictError', code: 'RUN_CONFLICT' });
      Object.defineProperty(error, Symbol.for('flowproof.error'), { value: true });
      return error;
    })()`);
    expect(isFlowproofError(copy, 'RUN_CONFLICT')).toBe(true);
    expect(toFailure(Object.assign(elsewhere('new Error("no card")') as object, { permanent: true })).permanent).toBe(true);
    expect(toFailure(new PermanentError('no card')).permanent).toBe(true);
  });

  test('that refuses to be asked is none of ours', () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    expect(isFlowproofError(revoked.proxy)).toBe(false);
  });
});
