import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EncryptionKey } from '../../src/encryption/index.js';
import { type EncryptedOptions, encrypted, file, type Journal, memory, offloaded, type Transition } from '../../src/persistence/index.js';
import { MemoryStore } from '../../src/persistence/memory/memory-journal.js';
import { appendOne, begun, entriesOf, load, sampleRun } from '../conformance/journal/samples.js';
import { describeJournal } from '../conformance/journal.js';
import { fileRig, temporaryDirectory } from './file-rig.js';
import { KEYS, keyOf, over, Shelf } from './keyed.js';
import { memoryRig } from './memory-rig.js';

describeJournal('memory, encrypted', () => memoryRig((store) => encrypted(over(store), { keys: KEYS }).connect()), { what: 'around' });

describeJournal('file, encrypted', () => fileRig({}, (persistence) => encrypted(persistence, { keys: KEYS })), { what: 'around' });

const elsewhere = async () => {
  const to = new Shelf();
  return memoryRig((store) => encrypted(offloaded(over(store), { to, over: 120 }), { keys: KEYS }).connect());
};

describeJournal('memory, values kept elsewhere and encrypted', elsewhere, { what: 'around' });

let store: MemoryStore;

beforeEach(() => {
  store = new MemoryStore();
});

async function opened(options: EncryptedOptions = { keys: KEYS }): Promise<Journal> {
  const journal = encrypted(over(store), options).connect();
  await journal.open();
  return journal;
}

const failure = { name: 'SecretError', message: 'secret message', data: { secret: 1 }, stack: 'secret stack' };

const VALUES: readonly Transition[] = [
  ['SUCCESS', 1, { secret: 'result' }],
  ['FAILURE', 2, failure],
  ['INTERRUPTED', 2, failure],
  ['ATTEMPT', 0, 'secret attempt'],
  ['SAVED', 1, 'secret saved'],
  ['PROGRESS', 1, 0.5, 'secret progress'],
  ['REVERTED', 1, 'secret revert'],
  ['REVERT_FAILURE', 2, failure],
];

describe('encrypted values', () => {
  test('leave nothing readable but what happened, in every kind of entry, in messages and in the digest of inputs', async () => {
    const directory = await temporaryDirectory();
    const journal = encrypted(file(directory), { keys: KEYS }).connect();
    await journal.open();
    const run = await begun(journal, 0, { inputs: { password: 'secret input' }, inputsHash: 'secret hash' });
    await appendOne(journal, run.item(1, { transitions: VALUES }));
    const snapshot = run.entry(2, [['SNAPSHOT', { count: 4, atoms: ['secret snapshot'] }]], { kind: 'snapshot' });
    expect(await journal.append([{ entry: snapshot, durability: 'full' }])).toEqual([{ kind: 'ok' }]);
    await journal.send({ id: 'm-1', runId: run.runId, kind: 'suspend', payload: 'secret payload' });
    expect((await load(journal, run.runId)).inbox[0]?.payload).toBe('secret payload');
    expect(await entriesOf(journal, run.runId)).toEqual([snapshot]);
    await journal.close();
    const text = await readFile(join(directory, 'journal-00000001.log'), 'utf8');
    expect(text).not.toMatch(/secret/i);
    for (const shown of ['provision', 'password', 'REVERT_FAILURE', 'RUNNING', '"count":4', '"~sealed":"k1.'])
      expect(text).toContain(shown);
    await rm(directory, { recursive: true });
  });

  test('can be decrypted by all keys, are encrypted with the first, and keys may change while it runs', async () => {
    const [old, young] = [keyOf('old'), keyOf('young')];
    let keys: readonly EncryptionKey[] = [old];
    const journal = await opened({ keys: () => keys });
    const run = await begun(journal, 0, { inputs: { a: 1 } });
    const append = (seq: number) => appendOne(journal, run.item(seq, { transitions: [['SAVED', 1, seq]] }));
    expect(await append(1)).toBe('ok');
    keys = [young, old];
    expect(await append(2)).toBe('ok');
    expect((await entriesOf(journal, run.runId)).map(({ transitions }) => transitions[0]?.[2])).toEqual([undefined, 1, 2]);
    const ids = store.table.get(run.runId)?.places.map(({ transitions }) => /"~sealed":"(\w+)\./.exec(transitions)?.[1]);
    expect(ids).toEqual(['old', 'old', 'young']);
    keys = [young];
    const sealed = { code: 'JOURNAL_SEALED', runId: run.runId, message: expect.stringContaining(`'old'`) };
    await expect(journal.find({ runId: run.runId })).rejects.toMatchObject(sealed);
    await expect(entriesOf(journal, run.runId)).rejects.toMatchObject(sealed);
    expect((await journal.runs({})).runs.map(({ runId }) => runId)).toEqual([run.runId]);
    keys = [];
    expect(await journal.append([run.item(3, { transitions: [['SAVED', 1, 3]] })])).toMatchObject([{ kind: 'unknown' }]);
    expect(await journal.createRun(sampleRun().create)).toMatchObject({ kind: 'unknown' });
    keys = [young, old];
    expect(await append(3)).toBe('ok');
  });

  test('are refused where they were changed, cut, moved to another step, task or run, or encrypted with another key of that name', async () => {
    const journal = await opened();
    const [run, other] = [await begun(journal, 0, { inputs: { a: 'x' } }), await begun(journal)];
    const values = (n: number): readonly Transition[] => [
      ['SAVED', 1, `one ${n}`],
      ['SAVED', 2, `two ${n}`],
    ];
    for (const seq of [1, 2]) await appendOne(journal, run.item(seq, { transitions: values(seq) }));
    await appendOne(journal, other.item(1, { transitions: values(1) }));
    const places = store.table.get(run.runId)?.places ?? [];
    const [, first, second] = places;
    const foreign = store.table.get(other.runId)?.places[1];
    if (first === undefined || second === undefined || foreign === undefined) throw new Error('nothing to tamper with');
    const contents = [...first.transitions.matchAll(/k1\.[\w-]+/g)].map(([content]) => content);
    const [one = '', two = ''] = contents;
    const replaced = (text: string) => ({ ...first, transitions: text });
    const changed = `${one.slice(0, -3)}${one.at(-3) === 'A' ? 'B' : 'A'}${one.slice(-2)}`;
    for (const wrong of [
      replaced(first.transitions.replace(one, changed)),
      replaced(first.transitions.replace(one, one.slice(0, 20))),
      replaced(first.transitions.replace(one, 'k1.')),
      replaced(first.transitions.replace(one, 'x').replace(two, one).replace('"x"', `"${two}"`)),
      replaced(first.transitions.replace(`"~sealed":"${one}"`, '"plain":1')),
      replaced(second.transitions),
      replaced(foreign.transitions),
    ]) {
      places[1] = wrong;
      const refusal = { code: 'JOURNAL_CORRUPT', runId: run.runId, seq: 1 };
      await expect(entriesOf(journal, run.runId), wrong.transitions).rejects.toMatchObject(refusal);
      expect(await entriesOf(journal, other.runId)).toHaveLength(2);
    }
    places[1] = first;
    expect(await entriesOf(journal, run.runId)).toHaveLength(3);
    const impostor = await opened({ keys: [keyOf('k1')] });
    await expect(entriesOf(impostor, run.runId)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', runId: run.runId });
  });

  test('are not taken for values by a store that was opened without keys, which can still list', async () => {
    const run = await begun(await opened(), 0, { inputs: { a: 'x' } });
    const bare = over(store).connect();
    await bare.open();
    await expect(entriesOf(bare, run.runId)).rejects.toMatchObject({ code: 'JOURNAL_SEALED', runId: run.runId, seq: 0 });
    expect((await bare.runs({})).runs).toHaveLength(1);
    const offload = offloaded(over(store), { to: new Shelf() }).connect();
    await expect(entriesOf(offload, run.runId)).rejects.toMatchObject({ code: 'JOURNAL_SEALED' });
  });

  test('may have come before without encryption: then they are refused, or read when that is wished', async () => {
    const bare = over(store).connect();
    await bare.open();
    const run = await begun(bare, 0, { inputs: { a: 'x' } });
    const journal = await opened();
    await expect(journal.find({ runId: run.runId })).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', message: /plain: 'read'/ });
    const lenient = await opened({ keys: KEYS, plain: 'read' });
    expect(await entriesOf(lenient, run.runId)).toHaveLength(1);
    expect(await appendOne(lenient, run.item(1, { transitions: [['SAVED', 1, 'new']] }))).toBe('ok');
    expect((await entriesOf(lenient, run.runId))[1]?.transitions).toEqual([['SAVED', 1, 'new']]);
    expect(store.table.get(run.runId)?.places[1]?.transitions).toContain('"~sealed":"k1.');
  });

  test('in a message that can’t be read stop no heartbeat', async () => {
    const journal = await opened();
    const run = await begun(journal);
    await journal.send({ id: 'm-1', runId: run.runId, kind: 'suspend', payload: 'x' });
    await journal.send({ id: 'm-2', runId: run.runId, kind: 'suspend' });
    const stranger = await opened({ keys: [keyOf('k2')] });
    const { messages } = await stranger.tick({ owner: run.writer, leaseMs: 1_000, watch: [run.runId] });
    expect(messages.map(({ id }) => id)).toEqual(['m-2']);
    await expect(stranger.load(run.runId)).rejects.toMatchObject({ code: 'JOURNAL_SEALED' });
  });

  test.each<[string, () => EncryptedOptions['keys']]>([
    ['no key', () => []],
    ['a short key', () => [{ id: 'k', key: randomBytes(16) }]],
    ['a short text', () => [{ id: 'k', key: 'c2hvcnQ=' }]],
    ['an id with a dot', () => [{ id: 'a.b', key: randomBytes(32) }]],
    ['an empty id', () => [{ id: '', key: randomBytes(32) }]],
    ['an id that is no text', () => [{ id: 7, key: randomBytes(32) }] as never],
    ['a key that is a number', () => [{ id: 'k', key: 7 }] as never],
    ['two of one id', () => [keyOf('k'), keyOf('k')]],
    ['no list', () => ({ id: 'k' }) as never],
    ['a promise', () => Promise.resolve(KEYS) as never],
    ['an async function', () => (async () => KEYS) as never],
  ])('need keys that are keys: %s', (_what, keys) => {
    expect(() => encrypted(memory(), { keys: keys() })).toThrow(TypeError);
    expect(() => encrypted(memory(), { keys: [{ id: 'k', key: randomBytes(32).toString('base64') }] })).not.toThrow();
  });
});

describe('a function that is asked for keys', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['a promise', () => Promise.resolve(KEYS), /gives a promise/],
    ['a promise that is rejected', () => Promise.reject(new Error('vault down')), /gives a promise/],
    ['nothing', () => undefined, /no list/],
    ['two keys of one id', () => [keyOf('k'), keyOf('k')], /two keys have the id 'k'/],
    ['no key', () => [], /there is no key/],
  ])('and gives %s is refused when the store is opened, and at each step', async (_what, keys, message) => {
    let given = (): unknown => KEYS;
    const journal = encrypted(over(store), { keys: (() => given()) as never }).connect();
    await journal.open();
    const run = await begun(journal);
    given = keys;
    const refusal = { code: 'STORE_REFUSED', message: expect.stringMatching(message) };
    await expect(
      encrypted(over(store), { keys: keys as never })
        .connect()
        .open(),
    ).rejects.toMatchObject(refusal);
    expect(await journal.append([run.item(1, { transitions: [['SAVED', 1, 1]] })])).toMatchObject([{ kind: 'unknown', cause: refusal }]);
    await expect(entriesOf(journal, run.runId)).rejects.toMatchObject(refusal);
  });

  test('and throws is waited for: it may have them later', async () => {
    let isUp = false;
    const keys = () => {
      if (!isUp) throw new Error('vault down');
      return KEYS;
    };
    const journal = encrypted(over(store), { keys }).connect();
    await expect(journal.open()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', cause: { message: 'vault down' } });
    isUp = true;
    await journal.open();
    await begun(journal);
  });
});
