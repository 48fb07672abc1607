/** Read by tsd against the built package: what its .d.ts files promise to a program. */
import {
  encrypted,
  type Flow,
  linear,
  memory,
  type Outcome,
  type Provides,
  type Requires,
  type RunResult,
  run,
  Task,
  type TaskContext,
  times,
} from 'flowproof';
import { expectError, expectType } from 'tsd';

interface Disk {
  make(size: number): Promise<string>;
}

@Task({ name: 'make-disk', requires: ['size'], provides: ['disk'] })
class MakeDisk {
  async execute({ size }: { size: number }, ctx: TaskContext<{ disks: Disk }>) {
    return { disk: await ctx.services.disks.make(size) };
  }
  async revert(_inputs: { size: number }, outcome: Outcome<MakeDisk>) {
    if (outcome.kind === 'result') expectType<string>(outcome.result.disk);
  }
}
@Task({ name: 'mount', requires: ['disk', 'where?'], provides: ['mounted'] })
class Mount {
  execute(_inputs: { disk: string; where?: string }) {
    return { mounted: true };
  }
}

const flow = linear('disks').input<{ size: number }>().retry(times(2)).add(MakeDisk).add(Mount).build();
expectType<Flow<'disks', { size: number }, { disk: string; mounted: boolean }, { disks: Disk }>>(flow);
declare const needs: Requires<typeof flow>;
expectType<{ size: number }>(needs);
declare const gives: Provides<typeof flow>;
expectType<string>(gives.disk);
expectType<boolean>(gives.mounted);

const disks: Disk = { make: async (size) => `${size}` };
const result = run(flow, { inputs: { size: 1 }, services: { disks } });
expectType<Promise<RunResult<typeof flow>>>(result);
const ended = await result;
expectType<'disks'>(ended.flow);
if (ended.state === 'SUCCESS') expectType<string>(ended.results.disk);

expectError(linear('wrong').add(Mount));
expectError(linear('wrong').input<{ disk: number }>().add(Mount));
expectError(run(flow, { inputs: { size: '1' }, services: { disks } }));
expectError(run(flow, { inputs: { size: 1, sise: 2 }, services: { disks } }));
expectError(run(flow, { inputs: { size: 1 } }));
expectError(run(flow));

// A step has no time to wait for keys.
expectError(encrypted(memory(), { keys: async () => [{ id: 'k', key: 'c2VjcmV0' }] }));
