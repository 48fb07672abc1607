import { expect, test } from 'vitest';
import { decodeShape, encodeShape } from '../../src/persistence/index.js';

const shape = { fingerprint: 'x', atoms: [['f/a', 'task']] as const, manifest: { manifest: 2 } };

test('reads back what it wrote', () => {
  expect(decodeShape('r', 'x', encodeShape(shape))).toEqual(shape);
});

test.each([
  ['an atom of a new kind', '{"atoms":[["f/a","gate"]],"manifest":{}}', `has the atom ["f/a","gate"]`],
  ['a newer description', '{"atoms":[["f/a","task"]],"manifest":{"manifest":3}}', 'is described in a newer way'],
])('leaves a flow with %s to the version that wrote it', (_, text, what) => {
  const reason = `the shape 'x' of its flow ${what}, which this version does not know`;
  expect(() => decodeShape('r', 'x', text)).toThrow(
    expect.objectContaining({ code: 'JOURNAL_TOO_NEW', message: expect.stringContaining(reason) }),
  );
});
