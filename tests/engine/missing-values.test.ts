import { expect, test } from 'vitest';
import { flowDefinitionOf } from '../../src/authoring/index.js';
import { type CompiledFlow, compile } from '../../src/compilation/index.js';
import { type AtomStatus, newRun, type RunStatus } from '../../src/engine/state/run-status.js';
import { missingValues } from '../../src/engine/upgrade/missing-values.js';
import { defineTask, linear } from '../../src/index.js';

const give = (name: string) => defineTask({ name, provides: ['how'], execute: async () => ({ how: name }) });
const read = defineTask({
  name: 'read',
  requires: ['how'],
  execute: async (_: { how: string }) => undefined,
  revert: async () => undefined,
});
const flow = linear('f')
  .input<{ size: number }>()
  .switch('s', ['size'], ({ size }) => (size > 10 ? 'big' : 'small'), { big: give('big'), small: give('small') })
  .add(read)
  .build();
const compiled = compile(flowDefinitionOf(flow) as never);

/** A run whose choice was for `big`, as far as that has come. */
function runWith(big: Partial<AtomStatus>, reader: Partial<AtomStatus>): RunStatus {
  const run = newRun('r', compiled.atoms.length, compiled.manifest);
  run.creation = { ...run.creation, inputs: { size: 11 } };
  const of = (path: string) => run.atoms[compiled.atoms.findIndex((atom) => atom.path === path)] as AtomStatus;
  Object.assign(of('f/s/big'), { votes: { 0: true, 1: false } }, big);
  Object.assign(of('f/s/small'), { state: 'IGNORE' });
  Object.assign(of('f/read'), reader);
  return run;
}

const missing = (run: RunStatus, flow: CompiledFlow = compiled) => missingValues(flow, run);

test('a value of the branch that ran is there, for whatever reads it now or later', () => {
  const done = { state: 'SUCCESS', result: { how: 'big' } } as const;
  expect(missing(runWith(done, {}))).toEqual([]);
  expect(missing(runWith(done, { state: 'RUNNING' }))).toEqual([]);
});

test('a branch that has yet to run gives its value', () => {
  expect(missing(runWith({}, {}))).toEqual([]);
});

test('a value that its branch did not store is missed', () => {
  expect(missing(runWith({ state: 'SUCCESS', result: {} }, {}))).toEqual([
    "'f/read' needs 'how', which was not stored when its provider ran",
  ]);
});

test('what is called at once misses a value whose branch is being undone before', () => {
  const undoing = { state: 'REVERTING', intention: 'REVERT', result: { how: 'big' } } as const;
  expect(missing(runWith(undoing, { state: 'FAILURE', intention: 'REVERT' }))).toEqual([
    "'f/read' needs 'how', whose provider is being undone",
  ]);
});
