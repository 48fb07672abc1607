import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PermanentError, PersistenceError } from '../../src/model/errors.js';
import { findCause, toFailure } from '../../src/model/failure.js';

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
    for (const data of [() => 1, new Map(), { at: new Date() }, { n: Number.NaN }, 1n, undefined, cyclic, JSON.parse('{"__proto__":1}')]) {
      expect(toFailure(Object.assign(new Error('x'), { data }))).not.toHaveProperty('data');
    }
  });

  test('a text of bounded size', () => {
    const failure = toFailure(new Error('x'.repeat(100_000)));
    expect(failure.message.length).toBeLessThan(9_000);
    expect(failure.message).toMatch(/… \(100000 characters\)$/);
    expect(failure.stack?.length).toBeLessThan(9_000);
  });

  test('eight causes at most, so that a circle of causes ends', () => {
    const first = new Error('first');
    first.cause = new Error('second', { cause: first });
    let depth = 0;
    for (let failure = toFailure(first).cause; failure !== undefined; failure = failure.cause) depth += 1;
    expect(depth).toBe(8);
  });
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

  test('also what can not even be read', () => {
    const hostile = new Error('x');
    Object.defineProperty(hostile, 'message', {
      get() {
        throw new Error('no');
      },
    });
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    const unreadable = new Proxy(
      {},
      {
        get() {
          throw new Error('no');
        },
      },
    );
    for (const thrown of [hostile, cyclic, unreadable, 1n]) {
      expect(toFailure(thrown).message).toBe('an error that cannot be read was thrown');
    }
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
