import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { lockDirectory } from '../../src/persistence/file/lock/directory-lock.js';
import { type Holder, thisProcess } from '../../src/persistence/file/lock/lock-holder.js';
import { processStart } from '../../src/persistence/file/lock/process-start.js';
import { file } from '../../src/persistence/index.js';
import { begun, entriesOf, sampleRun } from '../conformance/journal/samples.js';
import { type Child, childPrograms, type RunProgram } from './child.js';
import { temporaryDirectory } from './file-rig.js';

let directory: string;
let run: RunProgram;
const children: Child[] = [];

beforeAll(async () => {
  const programs = await temporaryDirectory();
  run = await childPrograms(programs);
  return () => rm(programs, { recursive: true });
});
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
  await rm(directory, { recursive: true });
});

/** A process that has the store open, and writes entries into it until it is told to stop. */
async function holder(): Promise<Child> {
  const child = await run(`
    import { file } from './persistence.mjs';
    const journal = file(${JSON.stringify(directory)}).connect();
    try {
      await journal.open();
      console.log('open');
      process.stdin.on('end', async () => { await journal.close(); console.log('closed'); process.exit(0); }).resume();
    } catch (error) {
      console.log(error.code + ' ' + error.message);
    }
  `);
  children.push(child);
  return child;
}

const lockFile = () => join(directory, 'lock');
const textOf = (holder: Partial<Holder>) => JSON.stringify({ ...thisProcess('another'), pid: process.ppid, ...holder });
const writeLock = (holder: Partial<Holder>) => writeFile(lockFile(), textOf(holder));
const allLeft = async () => (await readdir(directory)).filter((name) => name.startsWith('lock'));
/** The signs of life of those that were killed go with their locks. */
const left = async () => (await allLeft()).filter((name) => !name.startsWith('lock.live-'));

test('refuses a second process while the first one lives, naming it and the file', async () => {
  const first = await holder();
  expect(await first.line()).toBe('open');
  const second = await holder();
  expect(await second.line()).toBe(`STORE_LOCKED '${lockFile()}' is held by process ${first.pid}: stop it, or use another directory`);
  await expect(file(directory).connect().open()).rejects.toMatchObject({
    code: 'STORE_LOCKED',
    message: expect.stringContaining(String(first.pid)),
  });
  first.process.stdin?.end();
  expect(await first.line()).toBe('closed');
  expect(await allLeft()).toEqual([]);
});

test('is taken over from a process that was killed, and what that one kept is there', async () => {
  const child = await run(`
    import { file } from './persistence.mjs';
    const journal = file(${JSON.stringify(directory)}).connect();
    await journal.open();
    process.stdin.on('data', async (text) => {
      const { create, item } = JSON.parse(text);
      await journal.createRun(create);
      console.log((await journal.append([item]))[0].kind);
    });
    console.log('open');
  `);
  children.push(child);
  expect(await child.line()).toBe('open');
  const sample = sampleRun();
  child.process.stdin?.write(JSON.stringify({ create: sample.create, item: sample.item(1) }));
  expect(await child.line()).toBe('ok');
  await child.kill();
  expect(await left()).toEqual(['lock']);
  const journal = file(directory).connect();
  await journal.open();
  expect(await entriesOf(journal, sample.runId)).toHaveLength(2);
  expect(JSON.parse(await readFile(lockFile(), 'utf8'))).toMatchObject({ pid: process.pid });
  await journal.close();
  expect(await allLeft()).toEqual([]);
});

test('is taken over when its pid belongs to another process now', async () => {
  await writeLock({ started: `${processStart(process.ppid)}0`, token: 'stale-1' });
  const lock = await lockDirectory(directory);
  expect(await left()).toEqual(['lock']);
  await lock.release();
});

test('is not taken over when its process lives', async () => {
  await writeLock({ started: processStart(process.ppid) ?? '', token: 'alive-1' });
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  expect(await left()).toEqual(['lock']);
});

test('is taken over when the one before died in the middle of taking it over', async () => {
  await writeLock({ started: 'long ago', token: 'stale-1' });
  await writeFile(join(directory, 'lock.after-stale-1'), textOf({ started: 'also long ago', token: 'stale-2' }));
  const lock = await lockDirectory(directory);
  expect(await left()).toEqual(['lock']);
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'STORE_LOCKED' });
  await lock.release();
});

test('is left alone when nobody of ours wrote it', async () => {
  await writeFile(lockFile(), 'mine!');
  await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'STORE_LOCKED', message: expect.stringContaining(lockFile()) });
  expect(await readFile(lockFile(), 'utf8')).toBe('mine!');
});

test('goes to one of many that start at the same moment, with and without a stale lock', async () => {
  for (let round = 0; round < 40; round++) {
    if (round % 2 === 0) await writeLock({ started: 'long ago', token: `stale-${round}` });
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)));
    const winners = results.filter((result) => result.status === 'fulfilled');
    expect(winners).toHaveLength(1);
    for (const winner of winners) await winner.value.release();
    expect(await left()).toEqual([]);
  }
});

test('goes to one of several processes that find a stale lock at the same moment', async () => {
  for (let round = 0; round < 3; round++) {
    await writeLock({ started: 'long ago', token: `stale-${round}` });
    const starters = await Promise.all(Array.from({ length: 5 }, holder));
    const lines = await Promise.all(starters.map((child) => child.line()));
    expect(lines.filter((line) => line === 'open')).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('STORE_LOCKED'))).toHaveLength(4);
    for (const child of starters) await child.kill();
  }
});

test('in one process, one value shares it and another value does not get it', async () => {
  const persistence = file(directory);
  const [one, other] = [persistence.connect(), persistence.connect()];
  await one.open();
  await other.open();
  const { runId } = await begun(one);
  expect(await other.find({ runId })).toBeDefined();
  await expect(file(directory).connect().open()).rejects.toMatchObject({ message: expect.stringContaining('this very process') });
  await one.close();
  await other.close();
  const third = file(directory).connect();
  await third.open();
  await third.close();
});
