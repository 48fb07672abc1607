import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NotStorableError } from '../../src/model/codec/codec.js';
import { jsonCodec, MAX_DEPTH } from '../../src/model/codec/json-codec.js';
import { canonicalText, type Json } from '../../src/model/json.js';
import { keysReversed, storable } from './storable.js';

const textOf = (value: unknown) => canonicalText(jsonCodec.encode(value));
/** Through text, as a journal keeps it. */
const stored = (value: unknown): unknown => jsonCodec.decode(JSON.parse(textOf(value)) as Json);

function refusal(value: unknown): { path: string; reason: string } {
  try {
    jsonCodec.encode(value);
  } catch (error) {
    if (error instanceof NotStorableError) return { path: error.path, reason: error.reason };
    throw error;
  }
  throw new Error('it was stored');
}

function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 'core';
  for (let level = 0; level < depth; level++) value = wrap(value);
  return value;
}

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

describe('what is not storable is refused with its path', () => {
  class Money {
    cents = 1;
  }
  const cyclic: Record<string, unknown> = { list: [] };
  (cyclic.list as unknown[]).push({ back: cyclic });
  class Stamp extends Date {
    zone = () => 'utc';
  }
  class Totals extends Map<string, number> {}
  class HttpError extends Error {
    readonly status = 503;
  }
  const no = (): never => {
    throw new Error('no');
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const cyclicMap = new Map<string, unknown>();
  cyclicMap.set('self', cyclicMap);
  test.each<[string, unknown, string, RegExp]>([
    ['a function', { a: [{ run: () => 1 }] }, 'a.0.run', /function/],
    ['a symbol', { a: Symbol('s') }, 'a', /symbol/],
    ['an instance of a class', { price: new Money() }, 'price', /class Money/],
    ['an instance in a map', new Map([['k', { x: new Money() }]]), 'k.x', /class Money/],
    ['an instance in a set', { s: new Set([1, new Money()]) }, 's.1', /class Money/],
    ['a function as key of a map', { m: new Map([[() => 1, 1]]) }, 'm.(key)', /function/],
    ['a function in a cause', new Error('x', { cause: { f: () => 1 } }), 'cause.f', /function/],
    ['a function under an object as key', { m: new Map([[{ a: 1 }, () => 1]]) }, 'm.(value)', /function/],
    ['a promise', { p: Promise.resolve(1) }, 'p', /class Promise/],
    ['a class without name', { o: new (class {})() }, 'o', /\(anonymous\)/],
    ['a boxed text', { o: Object('text') }, 'o', /class String/],
    ['another typed array', { o: new Float64Array(1) }, 'o', /class Float64Array/],
    ['a cycle', cyclic, 'list.0.back', /contains itself/],
    ['a cycle through a map', { m: cyclicMap }, 'm.self', /contains itself/],
    ['a subclass of Date', { at: new Stamp() }, 'at', /class Stamp/],
    ['a subclass of Map', { m: new Totals() }, 'm', /class Totals/],
    ['a subclass of Set', { s: new (class Tags extends Set {})() }, 's', /class Tags/],
    ['a subclass of Array', { l: new (class Rows extends Array {})() }, 'l', /class Rows/],
    ['a subclass of Error', { e: new HttpError() }, 'e', /class HttpError/],
    ['a subclass of Error as a cause', { e: new Error('x', { cause: new HttpError() }) }, 'e.cause', /class HttpError/],
    ['a subclass of URL', { u: new (class Link extends URL {})('http://a') }, 'u', /class Link/],
    ['a subclass of RegExp', { r: new (class Rule extends RegExp {})('a') }, 'r', /class Rule/],
    ['a subclass of Uint8Array', { b: new (class Key extends Uint8Array {})(2) }, 'b', /class Key/],
    ['a DOMException', { e: new DOMException('x', 'AbortError') }, 'e', /class DOMException/],
    ['a proxy of a date', { d: new Proxy(new Date(), {}) }, 'd', /a proxy of an instance of class Date/],
    ['a field of a date', { d: Object.assign(new Date(), { zone: 'utc' }) }, 'd', /the field 'zone'/],
    ['what a list has beside its items', { m: 'text'.match(/t(?<rest>.*)/) }, 'm', /the field 'groups'/],
    ['a field that is named by a symbol', { o: { [Symbol('s')]: 1 } }, 'o', /the field Symbol\(s\)/],
    [
      'a getter that throws',
      {
        a: [
          {
            get b() {
              return no();
            },
          },
        ],
      },
      'a.0.b',
      /can't be read: no/,
    ],
    ['a proxy that throws', { a: new Proxy({}, { ownKeys: no }) }, 'a', /can't be read: no/],
    ['a revoked proxy', { a: [revoked.proxy] }, 'a.0', /can't be read/],
    [
      'a regular expression that lies about itself',
      { r: Object.defineProperty(/a/, 'flags', { value: 'zz' }) },
      'r',
      /can't be read: Invalid flags/,
    ],
    ['a list of four billion holes', { a: new Array(4_000_000_000) }, 'a', /larger than/],
    ['a key __proto__', { a: JSON.parse('{"__proto__": 1}') }, 'a.__proto__', /key/],
    ['the value itself', () => 1, '', /function/],
  ])('%s', (_, value, path, reason) => {
    const refused = refusal(value);
    expect(refused.path).toBe(path);
    expect(refused.reason).toMatch(reason);
  });

  test('also when it is too deep, in bounded time', () => {
    const wraps: readonly ((inner: unknown) => unknown)[] = [
      (inner) => [inner],
      (inner) => ({ inner }),
      (inner) => ({ '~a': inner }),
      (inner) => new Map([[1, inner]]),
      (inner) => new Set([inner]),
      (inner) => new Error('x', { cause: inner }),
    ];
    for (const wrap of wraps) {
      expect(() => stored(nested(MAX_DEPTH, wrap))).not.toThrow();
      expect(refusal(nested(MAX_DEPTH + 1, wrap)).reason).toMatch(/nested deeper/);
      expect(refusal(nested(100_000, wrap)).path.length).toBeLessThan(200);
    }
  });

  test('and a cycle does not confuse the values after it', () => {
    expect(() => jsonCodec.encode(cyclic)).toThrow(NotStorableError);
    expect(stored({ list: [1] })).toEqual({ list: [1] });
  });
});

describe('text that the codec did not write', () => {
  test.each<[string, string]>([
    ['an unknown tag', '{"~newer": 1}'],
    ['__proto__ as a key', '{"a": {"__proto__": {"polluted": true}}}'],
    ['__proto__ in an escaped object', '{"~object": {"__proto__": {"polluted": true}, "a": 1}}'],
    ['a bigint that is none', '{"~bigint": "1.5"}'],
    ['a map that is none', '{"~map": 1}'],
    ['a URL that is none', '{"~url": "::"}'],
    ['flags that are none', '{"~regexp": ["a", "??"]}'],
    ['an error that is none', '{"~error": null}'],
    ['hostile depth', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['hostile depth of tags', `${'{"~set":['.repeat(3_000)}${']}'.repeat(3_000)}`],
    ['hostile depth of errors', `${'{"~error":{"name":"Error","message":"","cause":'.repeat(3_000)}1${'}}'.repeat(3_000)}`],
  ])('is refused: %s', (_, text) => {
    let json: Json;
    try {
      json = JSON.parse(text) as Json;
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      return;
    }
    expect(() => jsonCodec.decode(json)).toThrow(Error);
    expect(() => jsonCodec.decode(json)).not.toThrow(RangeError('Maximum call stack size exceeded'));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('never changes a prototype, whatever it is', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).length;
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        try {
          jsonCodec.decode(json as Json);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
    jsonCodec.decode(JSON.parse('{"constructor": {"prototype": {"polluted": true}}}') as Json);
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('an error can not choose its class or properties', () => {
    const back = jsonCodec.decode({ '~error': { name: 'constructor', message: 'm', extra: 1 } }) as Error & { extra?: unknown };
    expect(Object.getPrototypeOf(back)).toBe(Error.prototype);
    expect(back.extra).toBeUndefined();
  });
});
