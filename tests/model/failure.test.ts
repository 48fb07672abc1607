import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PermanentError, PersistenceError } from '../../src/model/errors.js';
import { copyOfFailure, type Failure, findCause, toFailure } from '../../src/model/failure.js';

describe('a failure keeps of an error', () => {
  test('name, message, code, data, stack and causes', () => {
    const cause = Object.assign(new TypeError('below'), { code: 42 });
    const error = Object.assign(new Error('above', { cause }), { code: 'E_ABOVE', data: { tries: [1, null, 'x'] } });
    expect(toFailure(error)).toEqual({
      name: 'Error',
      message: 'above',
      code: 'E_ABOVE',
      data: { tries: [1, null, 'x'] },
      stack: error.stack,
      cause: { name: 'TypeError', message: 'below', code: '42', stack: cause.stack },
    });
  });

  test('that it is permanent, also when another copy of the package made it', () => {
    expect(toFailure(new PermanentError('no card')).permanent).toBe(true);
    expect(toFailure(new PermanentError('no card')).name).toBe('PermanentError');
    expect(toFailure(Object.assign(new Error('other copy'), { permanent: true })).permanent).toBe(true);
    expect(toFailure(Object.assign(new Error('no'), { permanent: 'yes' })).permanent).toBeUndefined();
  });

  test('the code of our own errors', () => {
    expect(toFailure(new PersistenceError('STORE_CLOSED', 'closed')).code).toBe('STORE_CLOSED');
  });

  test('no data that is not plain JSON', () => {
    const cyclic: { self?: unknown } = {};
    cyclic.self = cyclic;
    for (const data of [
      { '~sealed': 'x' },
      () => 1,
      new Map(),
      { at: new Date() },
      { n: Number.NaN },
      1n,
      undefined,
      cyclic,
      JSON.parse('{"__proto__":1}'),
    ]) {
      expect(toFailure(Object.assign(new Error('x'), { data }))).not.toHaveProperty('data');
    }
  });

  test('a text of bounded size', () => {
    const failure = toFailure(new Error('x'.repeat(100_000)));
    expect(failure.message.length).toBeLessThan(9_000);
    expect(failure.message).toMatch(/… \(100000 characters\)$/);
    expect(failure.stack?.length).toBeLessThan(9_000);
  });

  test('of its name and code, too, and of each text in its data', () => {
    const long = 'x'.repeat(100_000);
    const failure = toFailure(Object.assign(new Error('x'), { name: long, code: long, data: { text: long } }));
    for (const text of [failure.name, failure.code, (failure.data as { text: string }).text]) {
      expect(text?.length).toBeLessThan(9_000);
      expect(text).toMatch(/… \(100000 characters\)$/);
    }
  });

  test('a text that does not end in half a character, and that is not cut twice', () => {
    const { message } = toFailure(new Error(`x${'😀'.repeat(10_000)}`));
    expect(Buffer.from(message).toString()).toBe(message);
    expect(toFailure(new Error(message)).message).toBe(message);
  });

  test('no data that is larger than some 65,000 characters', () => {
    const items = (count: number) => toFailure(Object.assign(new Error('x'), { data: Array.from({ length: count }, () => 'item') })).data;
    expect(items(5_000)).toHaveLength(5_000);
    expect(items(50_000)).toBeUndefined();
    expect(items(5_000_000)).toBeUndefined();
  });

  test('a copy of its data: what happens to the original later shows nowhere', () => {
    const data = { tries: [1] };
    const failure = toFailure(Object.assign(new Error('x'), { data }));
    data.tries.push(2);
    expect(failure.data).toEqual({ tries: [1] });
  });

  test('the status of an HTTP answer', () => {
    expect(toFailure(Object.assign(new Error('x'), { status: 503 })).status).toBe(503);
    expect(toFailure(Object.assign(new Error('x'), { statusCode: 404 })).status).toBe(404);
    for (const status of ['503', Number.NaN, {}]) expect(toFailure(Object.assign(new Error('x'), { status }))).not.toHaveProperty('status');
  });

  test('the errors of an AggregateError, which says nothing itself', async () => {
    const all = await Promise.any([Promise.reject(new RangeError('a')), Promise.reject(new Error('b'))]).catch(toFailure);
    expect(all).toMatchObject({
      name: 'AggregateError',
      message: 'a; b',
      errors: [{ name: 'RangeError', message: 'a' }, { message: 'b' }],
    });
    expect(toFailure(new AggregateError([new Error('a')], 'all in vain')).message).toBe('all in vain');
    expect(findCause(all as Failure, RangeError)?.message).toBe('a');
    const many = new AggregateError(Array.from({ length: 100 }, (_, at) => new Error(`${at}`)));
    expect(toFailure(new AggregateError([many, many])).errors?.flatMap(({ errors = [] }) => errors)).toHaveLength(7);
  });

  test('no name that the journal would take for a word of its own', () => {
    expect(toFailure(Object.assign(new Error('x'), { name: '~sealed' })).name).toBe('sealed');
  });

  test('eight causes at most, so that a circle of causes ends', () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    let depth = 0;
    for (let failure = toFailure(first).cause; failure !== undefined; failure = failure.cause) depth += 1;
    expect(depth).toBe(8);
  });
});

test('a copy of a failure shares nothing with it', () => {
  const all = new AggregateError([new Error('a')], 'all', { cause: Object.assign(new Error('below'), { data: { tries: [1] } }) });
  const failure = toFailure(Object.assign(all, { code: 'ALL', status: 500 }));
  const copy = copyOfFailure(failure);
  expect(copy).toEqual(failure);
  expect(copy.cause).not.toBe(failure.cause);
  expect(copy.cause?.data).not.toBe(failure.cause?.data);
  expect(copy.errors?.[0]).not.toBe(failure.errors?.[0]);
});

describe('anything can be thrown', () => {
  test.each<[string, unknown, string]>([
    ['a text', 'plain', 'plain'],
    ['an object', { a: 1 }, '{"a":1}'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
  ])('%s', (_, thrown, message) => {
    expect(toFailure(thrown)).toEqual({ name: 'Error', message });
  });

  const no = (): never => {
    throw new Error('no');
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const UNREADABLE = 'an error that cannot be read was thrown';

  test.each<[string, unknown, string]>([
    ['an object with a message', { message: 'out of room', at: 1 }, 'out of room'],
    ['a bigint', 1n, '1n'],
    ['a function', no, '[Function: no]'],
    ['a circle', cyclic, '<ref *1> [ [Circular *1] ]'],
    ['an object that is no JSON', { big: 1n }, '{ big: 1n }'],
    ['a getter that throws', Object.defineProperty(new Error('x'), 'message', { get: no }), UNREADABLE],
    ['a message that is no text', Object.assign(new Error('x'), { message: { not: 'text' } }), "{ not: 'text' }"],
    ['a proxy that throws', new Proxy(new Error('x'), { get: no, getPrototypeOf: no }), UNREADABLE],
    ['a revoked proxy', revoked.proxy, UNREADABLE],
    ['an object whose text throws', { toString: no, toJSON: no }, '{ toString: [Function: no], toJSON: [Function: no] }'],
  ])('also %s', (_, thrown, message) => {
    expect(toFailure(thrown)).toMatchObject({ name: 'Error', message });
  });

  test('and what can be read of it is kept', () => {
    const half = Object.assign(new TypeError('x'), { code: 'HALF' });
    Object.defineProperty(half, 'stack', { value: [{}] });
    Object.defineProperty(half, 'message', { get: no });
    expect(toFailure(half)).toEqual({ name: 'TypeError', message: UNREADABLE, code: 'HALF' });
  });

  test('and what is kept is always JSON', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }), (value) => {
        for (const thrown of [value, Object.assign(new Error('x'), { data: value, code: value, cause: value })]) {
          const failure = toFailure(thrown);
          expect(JSON.parse(JSON.stringify(failure))).toEqual(failure);
        }
      }),
    );
  });
});

class NoSpace extends Error {}
class NoSpaceLeft extends NoSpace {}
class Renamed extends Error {
  override readonly name = 'OutOfRoom';
}

describe('a failure is found again by the error that it was', () => {
  const failure = toFailure(new Error('around', { cause: new NoSpace('disk', { cause: new TypeError('below') }) }));

  test('by name or by class, itself or any cause', () => {
    expect(findCause(failure, 'Error')).toBe(failure);
    expect(findCause(failure, NoSpace)?.message).toBe('disk');
    expect(findCause(failure, 'NoSpace')?.message).toBe('disk');
    expect(findCause(failure, TypeError)?.message).toBe('below');
  });

  test('but not by another one, nor by the class above', () => {
    expect(findCause(failure, RangeError)).toBeUndefined();
    expect(findCause(toFailure(new NoSpaceLeft('x')), NoSpace)).toBeUndefined();
    expect(findCause(toFailure(new NoSpaceLeft('x')), NoSpaceLeft)).toBeDefined();
  });

  test('an error keeps the name that it says', () => {
    expect(toFailure(new Renamed('x')).name).toBe('OutOfRoom');
    expect(findCause(toFailure(new Renamed('x')), 'OutOfRoom')).toBeDefined();
    expect(findCause(toFailure(new DOMException('x', 'AbortError')), 'AbortError')).toBeDefined();
  });
});
