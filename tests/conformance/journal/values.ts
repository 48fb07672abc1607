import { expect } from 'vitest';
import type { Json } from '../../../src/model/json.js';
import type { JournalCase } from './rig.js';
import { appendOne, begun, entriesOf, load, shape } from './samples.js';

const lonelySurrogate = String.fromCharCode(0xd800);

const VALUES: readonly (readonly [what: string, value: Json])[] = [
  ['text of all planes', 'Zoë → 漢字 🦊 \u202e \ufeff'],
  ['the zero character', `a${String.fromCharCode(0)}b`],
  ['half a character', lonelySurrogate],
  ['quotes, backslashes and line ends', `'"\\ \n\r\t\u2028\u2029 \\u0000 $1 {} `],
  ['numbers at the edges', [Number.MAX_SAFE_INTEGER, Number.MIN_VALUE, Number.MAX_VALUE, 1e21, 0.1 + 0.2, -1]],
  ['a number beyond what a column of integers holds', 2 ** 70],
  ['empty values', ['', {}, [], null, false, 0]],
  ['keys that are words elsewhere', JSON.parse('{"__proto__":{"a":1},"constructor":2,"":3,"a b":4}') as Json],
  ['keys in the order in which they came', { b: 1, a: 2 }],
  ['a long text', 'x'.repeat(2_000_000)],
  ['deep nesting', nested(150)],
];

export const valueCases: readonly JournalCase[] = [
  ...VALUES.map(
    ([what, value]): JournalCase => ({
      name: `${what}: comes back equal from an entry, an input, a message and a manifest`,
      async run({ journal, reopen }) {
        const run = await begun(journal, 0, { inputs: { value }, shape: { ...shape, manifest: { value } } });
        await journal.send({ id: 'm-1', runId: run.runId, kind: 'suspend', payload: value });
        const failure = { name: 'Error', message: typeof value === 'string' ? value : 'no text', data: value };
        const item = run.item(1, {
          transitions: [
            ['SUCCESS', 1, value],
            ['FAILURE', 2, failure],
          ],
        });
        expect(await appendOne(journal, item)).toBe('ok');
        const again = await reopen();
        const [first, second] = await entriesOf(again, run.runId);
        const created = first?.transitions[0];
        expectSame('input', created?.[0] === 'CREATED' ? created[1].inputs : undefined, { value });
        expectSame('entry', second?.transitions, item.entry.transitions);
        const loaded = await load(again, run.runId);
        expectSame('message', loaded.inbox[0]?.payload, value);
        expectSame('manifest', loaded.shape.manifest, { value });
        const { messages } = await again.tick({ owner: run.writer, leaseMs: 1_000, watch: [] });
        expectSame('message of a tick', messages[0]?.payload, value);
      },
    }),
  ),
];

/** Compares text, so that the order of keys counts; prints none of it, as it may be very long. */
function expectSame(what: string, actual: unknown, expected: unknown): void {
  expect(JSON.stringify(actual) === JSON.stringify(expected), `${what} came back as it was`).toBe(true);
}

function nested(depth: number): Json {
  return depth === 0 ? 'bottom' : { in: [nested(depth - 1)] };
}
