import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalText, isJsonArray, isJsonObject, type Json } from '../../src/model/json.js';

test('canonical text is JSON of the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(JSON.parse(canonicalText(value as Json))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('canonical text has keys in code unit order and no white space', () => {
  expect(canonicalText({ b: 1, a: [{ d: null, c: 'x y' }], Z: true, '10': 1, '9': 1, é: 1 })).toBe(
    '{"10":1,"9":1,"Z":true,"a":[{"c":"x y","d":null}],"b":1,"é":1}',
  );
});

test('halves of surrogate pairs are escaped, so that any store can keep the text', () => {
  expect(canonicalText({ '\ud800': '\udc00' })).toBe('{"\\ud800":"\\udc00"}');
});

test('arrays and objects are told apart', () => {
  expect([isJsonArray([]), isJsonArray({}), isJsonObject({}), isJsonObject([]), isJsonObject(null), isJsonObject(undefined)]).toEqual([
    true,
    false,
    true,
    false,
    false,
    false,
  ]);
});
