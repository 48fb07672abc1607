import { describe, expect, test } from 'vitest';
import { asError, inWords, messageOf } from '../../src/model/in-words.js';

const no = (): never => {
  throw new Error('no');
};
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();
const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`k${at}`, at]));

describe('a value in words', () => {
  test.each<[string, unknown]>([
    ["'text'", 'text'],
    ['-0', -0],
    ['5n', 5n],
    ['Symbol(s)', Symbol('s')],
    ['[Function: no]', no],
    ['{ a: 1, b: [Object] }', { a: 1, b: { c: 1 } }],
    ['{ a: [Getter] }', Object.defineProperty({}, 'a', { get: no, enumerable: true })],
    ['[Object: null prototype] {}', Object.create(null)],
    ['[ <4000000000 empty items> ]', new Array(4_000_000_000)],
    ['an object with 1000 fields', wide],
    ['RangeError: too far', new RangeError('too far')],
    ['Error: { a: 1 }', Object.assign(new Error('x'), { message: { a: 1 } })],
    ['<Revoked Proxy>', revoked],
  ])('%s', (words, value) => {
    expect(inWords(value)).toBe(words);
  });

  test('is short', () => {
    for (const value of ['x'.repeat(10_000), new Error('x'.repeat(10_000)), Array.from({ length: 1_000 }, () => 'x'.repeat(1_000))]) {
      expect(inWords(value).length).toBeLessThanOrEqual(201);
    }
  });

  test('is found without asking anything of it', () => {
    const traps = { get: no, has: no, getPrototypeOf: no, ownKeys: no, getOwnPropertyDescriptor: no };
    for (const value of [
      new Proxy({}, traps),
      { toString: no, toJSON: no },
      Object.defineProperty(new Error('x'), 'message', { get: no }),
    ]) {
      expect(inWords(value).length).toBeGreaterThan(0);
    }
  });
});

test('what was thrown says its message, or itself', () => {
  expect([new Error('m'), 'text', { name: 'X', message: 'shape' }, 7, undefined, revoked].map(messageOf)).toEqual([
    ...['m', 'text', 'shape', '7', 'undefined', '<Revoked Proxy>'],
  ]);
});

test('what was thrown is an error, or is made one', () => {
  const error = new Error('m');
  expect(asError(error)).toBe(error);
  expect(asError('text')).toMatchObject({ name: 'Error', message: 'text' });
});
