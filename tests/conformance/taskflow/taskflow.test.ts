import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Expectation, Segment, Vector } from './case.js';
import { compare } from './compare.js';
import { conform, type Verdict, vectorsIn } from './conform.js';
import { replay } from './replay.js';
import { expectedOf, miscounted, RULES } from './rules.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const HAND = vectorsIn(at('./vectors/hand.jsonl'));
const RANDOM = vectorsIn(at('./vectors/random.jsonl'));

/** Cases that people wrote, by what they are about; those that were made up, in order. */
function groups(): ReadonlyMap<string, readonly Vector[]> {
  const all = new Map<string, Vector[]>();
  const put = (group: string, vector: Vector) => all.set(group, [...(all.get(group) ?? []), vector]);
  for (const vector of HAND) put(vector.case.name.split('-')[0] ?? '', vector);
  for (const [index, vector] of RANDOM.entries()) put(`random ${Math.floor(index / 100)}`, vector);
  return all;
}

describe('flowproof does what TaskFlow does', () => {
  const verdicts: Verdict[] = [];

  test.each([...groups()])('in the cases of %s', async (_, vectors) => {
    const found: Verdict[] = [];
    for (const vector of vectors) found.push(await conform(vector));
    verdicts.push(...found);
    expect(found.flatMap(({ name, differences }) => differences.map((difference) => `${name}: ${difference}`))).toEqual([]);
  });

  test('but for what is deliberate: each rule touches as many cases as it says, and all of them few', () => {
    expect(verdicts.length).toBe(HAND.length + RANDOM.length);
    expect(miscounted(verdicts)).toEqual([]);
  });
});

describe('the comparison', () => {
  const ordinary = HAND.find(({ case: { name } }) => name === 'linear-three') as Vector;
  const segment = (ordinary.expect.segments?.[0] ?? {}) as Segment;
  const told = (change: Partial<Segment>): Expectation => ({ ...ordinary.expect, segments: [{ ...segment, ...change }] });

  test.each<[string, Partial<Segment>]>([
    ['an event is missing', { trace: segment.trace?.slice(0, -1) ?? [] }],
    ['events are in another order', { trace: [...(segment.trace ?? [])].reverse() }],
    [
      'an event has another result',
      { trace: segment.trace?.map((event) => (event[2] === 'SUCCESS' ? [...event.slice(0, 4), 'x'] : event)) as never },
    ],
    ['an event comes from another state', { trace: segment.trace?.map(([kind, name, state]) => [kind, name, state, 'REVERTED']) as never }],
    ['somebody was not called', { calls: segment.calls.slice(1) }],
    ['somebody was called with something else', { calls: segment.calls.map((call) => ({ ...call, args: { y: 1 } })) }],
    ['the calls are in another order', { calls: [...segment.calls].reverse() }],
    ['it ends otherwise', { outcome: 'REVERTED' }],
    ['an atom ends otherwise', { atoms: { ...segment.atoms, a: ['SUCCESS', 'REVERT'] } }],
    ['there are other results', { results: { x: 1 } }],
    ['there are other failures', { failures: { execute: { a: { error: 'ScriptedError', message: 'm' } }, revert: {} } }],
    ['something is raised', { raised: { error: 'ScriptedError', message: 'm' } }],
  ])('sees that %s', async (_, change) => {
    const actual = await replay(ordinary.case);
    expect(compare(told({}), actual)).toEqual([]);
    expect(compare(told(change), actual)).not.toEqual([]);
  });

  test('sees that a flow should have been refused, and that one was in vain', async () => {
    const refused = HAND.find(({ case: { name } }) => name === 'invalid-missing-rebind') as Vector;
    const actual = await replay(refused.case);
    expect(compare(refused.expect, actual)).toEqual([]);
    expect(compare({ status: 'invalid', invalid: { ...refused.expect.invalid, error: 'Duplicate' } }, actual)).not.toEqual([]);
    expect(compare(ordinary.expect, actual)).not.toEqual([]);
    expect(compare(refused.expect, await replay(ordinary.case))).not.toEqual([]);
  });

  test('sees what a crash makes happen twice', async () => {
    const crashed = HAND.find(({ case: { name } }) => name === 'resume-crash-in-revert') as Vector;
    const actual = await replay(crashed.case);
    const [first, second] = (crashed.expect.segments ?? []) as [Segment, Segment];
    expect(compare(crashed.expect, actual)).toEqual([]);
    expect(compare({ ...crashed.expect, segments: [first, { ...second, calls: second.calls.slice(1) }] }, actual)).not.toEqual([]);
  });
});

test('docs/from-taskflow.md lists every rule, in its words', () => {
  const page = readFileSync(at('../../../docs/from-taskflow.md'), 'utf8');
  const listed = [...page.matchAll(/^\| ([A-Z][^|]*?) \| ([^|]*?) \|$/gm)].map(([, number, says]) => `${number}: ${says}`);
  expect(listed.filter((line) => RULES.some(({ number }) => line.startsWith(`${number}: `)))).toEqual(
    RULES.map(({ number, says }) => `${number}: ${says}`),
  );
});

test('a rule leaves alone what it is not about', () => {
  const plain = HAND.filter(({ case: { name } }) => name.startsWith('linear-') && !name.includes('again') && !name.includes('resume'));
  expect(plain.flatMap((vector) => expectedOf(vector.expect, vector).touched)).toEqual([]);
});
