import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isSchema, type StandardSchema, validate } from '../../src/model/schema.js';

test('schemas are recognised, objects and functions alike', () => {
  const callable = Object.assign(() => 1, { '~standard': {} });
  expect([z.string(), callable].map(isSchema)).toEqual([true, true]);
  expect([null, undefined, true, 'text', {}, () => 1].map(isSchema)).toEqual([false, false, false, false, false, false]);
});

describe('validate', () => {
  test('gives the parsed value', async () => {
    expect(await validate(z.object({ n: z.coerce.number() }), { n: '4' })).toEqual({ value: { n: 4 } });
  });

  test('gives issues with dotted paths', async () => {
    const schema = z.object({ list: z.array(z.object({ zip: z.number() })) });
    const result = await validate(schema, { list: [{ zip: 1 }, { zip: 'x' }] });
    expect(result).toEqual({ issues: [{ path: 'list.1.zip', message: expect.stringContaining('number') }] });
  });

  test('takes every form of path that the standard allows, and schemas that take their time', async () => {
    const schema: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: async () => ({
          issues: [{ message: 'a', path: ['x', 0, { key: 'y' }, Symbol('s')] }, { message: 'b' }],
        }),
      },
    };
    expect(await validate(schema, {})).toEqual({
      issues: [
        { path: 'x.0.y.Symbol(s)', message: 'a' },
        { path: '', message: 'b' },
      ],
    });
  });
});
