import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NotStorableError } from '../../src/model/codec/codec.js';
import { jsonCodec, MAX_DEPTH } from '../../src/model/codec/json-codec.js';
import type { Json } from '../../src/model/json.js';
import { stored } from './stored-texts.js';

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
