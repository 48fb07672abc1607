import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonCodec } from '../../src/model/codec/json-codec.js';
import { keysReversed, storable } from './storable.js';
import { stored, textOf } from './stored-texts.js';

describe('what is storable', () => {
  test('comes back equal and of the same type', () => {
    fc.assert(
      fc.property(storable, (value) => deepStrictEqual(stored(value), value)),
      { numRuns: 1_000 },
    );
  });

  test('gives the same text when it is stored again, so nothing is lost that the text tells', () => {
    fc.assert(
      fc.property(storable, (value) => textOf(stored(value)) === textOf(value)),
      { numRuns: 500 },
    );
  });

  test('gives equal text for equal values, whatever the order of the keys', () => {
    fc.assert(
      fc.property(storable, (value) => textOf(keysReversed(value)) === textOf(value)),
      { numRuns: 500 },
    );
  });

  test('gives different text for different values', () => {
    const values = [0, -0, '0', 0n, [0], null, undefined, 'null', {}, [], new Map(), new Set(), Number.NaN, 'NaN', { '~number': 'NaN' }];
    const more = [new Date(0), new Date(0).toISOString(), new Uint8Array(1), [''], '', /a/, '/a/', new Error('a'), { message: 'a' }];
    const texts = [...values, ...more].map(textOf);
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('is a fresh value each time, so readers can not change what others read', () => {
    const json = jsonCodec.encode({ list: [1], map: new Map([['a', { b: 1 }]]) });
    const first = jsonCodec.decode(json) as { list: number[] };
    first.list.push(2);
    expect(jsonCodec.decode(json)).toEqual({ list: [1], map: new Map([['a', { b: 1 }]]) });
  });

  test('does not change by being stored', () => {
    const value = Object.freeze({ list: Object.freeze([Object.freeze({ a: 1 })]) });
    expect(stored(value)).toEqual(value);
  });

  test('keeps URLs and regular expressions', () => {
    const url = stored(new URL('https://user:pw@example.org:8080/a%20b?q=1#f'));
    expect(url).toBeInstanceOf(URL);
    expect(String(url)).toBe('https://user:pw@example.org:8080/a%20b?q=1#f');
    expect(stored(/a\/[b]/giu)).toEqual(/a\/[b]/giu);
  });

  test('keeps bytes, also those of a part of a buffer', () => {
    const part = new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 4);
    expect(stored(part)).toEqual(new Uint8Array([2, 3, 4]));
    expect(Object.getPrototypeOf(stored(part))).toBe(Uint8Array.prototype);
  });

  test('keeps a Buffer as a Buffer, of any size', () => {
    for (const buffer of [Buffer.from('text'), Buffer.alloc(0), Buffer.alloc(100_000, 7), Buffer.from('a part').subarray(2)]) {
      const back = stored(buffer);
      expect(Buffer.isBuffer(back)).toBe(true);
      expect(back).toEqual(buffer);
    }
  });

  test('keeps name, message, stack and causes of errors, and their standard classes', () => {
    const error = new TypeError('outer', { cause: new RangeError('inner', { cause: { code: 7n } }) });
    const back = stored(error) as TypeError & { cause: RangeError };
    expect(back).toBeInstanceOf(TypeError);
    expect(back.cause).toBeInstanceOf(RangeError);
    expect(back.cause.cause).toEqual({ code: 7n });
    expect(back.stack).toBe(error.stack);
    const other = stored(Object.assign(new Error('404'), { name: 'HttpError' })) as Error;
    expect([other.name, other.message, other instanceof Error]).toEqual(['HttpError', '404', true]);
    expect('cause' in (stored(new Error('no cause')) as Error)).toBe(false);
  });

  test('keeps what is in a map or set, whatever its iterator says', () => {
    const endless = {
      *value() {
        for (;;) yield [1, 2];
      },
    };
    const map = Object.defineProperty(new Map([[1, 2]]), Symbol.iterator, endless);
    const set = Object.defineProperty(new Set([1]), Symbol.iterator, endless);
    expect(stored([map, set])).toEqual([new Map([[1, 2]]), new Set([1])]);
  });

  test('keeps what else is written on an error, and the errors of an AggregateError', () => {
    const missing = Object.assign(new Error('no such file'), { code: 'ENOENT', errno: -2, path: '/a', at: new Date(0) });
    expect({ ...(stored(missing) as object) }).toEqual({ code: 'ENOENT', errno: -2, path: '/a', at: new Date(0) });
    const all = new AggregateError([new RangeError('a'), 'b'], 'all', { cause: missing });
    const back = stored(all) as AggregateError;
    expect(back).toBeInstanceOf(AggregateError);
    expect(back).toMatchObject({ message: 'all', errors: [{ message: 'a' }, 'b'], cause: { code: 'ENOENT' } });
    expect(back.errors[0]).toBeInstanceOf(RangeError);
    expect((stored(Object.assign(new Error('x'), { errors: { field: 'wrong' } })) as { errors: unknown }).errors).toEqual({
      field: 'wrong',
    });
  });

  test('keeps errors whose name and stack were set to something else than text', () => {
    const odd = Object.assign(new Error('odd'), { name: () => 'x' });
    Object.defineProperty(odd, 'stack', { value: [{}] });
    expect(stored(odd)).toMatchObject({ message: 'odd', stack: undefined });
  });

  test('keeps holes of arrays as undefined, and objects without prototype as plain ones', () => {
    // biome-ignore lint/suspicious/noSparseArray: it is what is tested
    expect(stored([1, , 2])).toEqual([1, undefined, 2]);
    expect(stored(Object.assign(Object.create(null), { a: 1 }))).toStrictEqual({ a: 1 });
  });

  test('may hold the same object in several places', () => {
    const shared = { a: 1 };
    expect(stored([shared, { shared }])).toEqual([{ a: 1 }, { shared: { a: 1 } }]);
  });

  test('may have objects as keys of maps', () => {
    const bare = Object.create(null) as object;
    expect(
      stored(
        new Map<unknown, unknown>([
          [bare, 1],
          [{ toString: 1 }, 2],
          [[1n], 3],
        ]),
      ),
    ).toEqual(
      new Map<unknown, unknown>([
        [{}, 1],
        [{ toString: 1 }, 2],
        [[1n], 3],
      ]),
    );
  });
});
