import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { builders, defineTask, type FlowDefinition, flowDefinitionOf, Task, taskDefinitionOf, times } from '../../src/authoring/index.js';

const compile = vi.fn((definition: FlowDefinition) => ({ name: definition.name, version: definition.version, fingerprint: 'f' }));
const { linear } = builders(compile);

@Task({ requires: ['size'], provides: ['volume'] })
class CreateVolume {
  execute({ size }: { size: number }) {
    return { volume: `${size}` };
  }
}
const shout = defineTask({
  name: 'shout',
  requires: ['volume'],
  provides: ['loud'],
  execute: ({ volume }: { volume: string }) => ({ loud: volume.toUpperCase() }),
});

describe('linear', () => {
  test('leaves a definition with every node in order', () => {
    const flow = linear('provision', { version: 3 })
      .input<{ size: number; disk: string }>()
      .retry(times(3))
      .add(CreateVolume)
      .add(shout, { name: 'louder', rebind: { volume: 'disk' }, provides: { loud: 'louder' }, override: true })
      .add(CreateVolume, { name: 'second', inject: { size: 2 }, provides: { volume: 'other' } })
      .build();
    expect(flow.name).toBe('provision');
    expect(flow.version).toBe(3);
    expect(flowDefinitionOf(flow)).toEqual({
      kind: 'flow',
      pattern: 'linear',
      name: 'provision',
      version: 3,
      mode: 'closed',
      input: { kind: 'typed' },
      retry: { kind: 'times', attempts: 3 },
      nodes: [
        {
          node: taskDefinitionOf(CreateVolume),
          placement: { rebind: {}, inject: {}, provides: {}, override: false },
          unknownOptions: [],
        },
        {
          node: taskDefinitionOf(shout),
          placement: { name: 'louder', rebind: { volume: 'disk' }, inject: {}, provides: { loud: 'louder' }, override: true },
          unknownOptions: [],
        },
        {
          node: taskDefinitionOf(CreateVolume),
          placement: { name: 'second', rebind: {}, inject: { size: 2 }, provides: { volume: 'other' }, override: false },
          unknownOptions: [],
        },
      ],
      unknownOptions: [],
    });
  });

  test('every call leaves its builder as it was', () => {
    const base = linear('base').input<{ size: number }>();
    const one = base.add(CreateVolume);
    const two = one.add(shout);
    const sizes = [base, one, two].map((each) => flowDefinitionOf(each.build())?.nodes.length);
    expect(sizes).toEqual([0, 1, 2]);
    expect(Object.isFrozen(flowDefinitionOf(two.build())?.nodes)).toBe(true);
    expect(Object.isFrozen(two.build())).toBe(true);
  });

  test('open and dynamic flows, schemas and returned names', () => {
    const schema = z.object({ size: z.number() });
    expect(flowDefinitionOf(linear.open('o').add(CreateVolume).build())).toMatchObject({
      mode: 'open',
      version: 1,
      input: { kind: 'none' },
    });
    expect(flowDefinitionOf(linear('s').input(schema).build())?.input).toEqual({ kind: 'schema', schema });
    expect(flowDefinitionOf(linear('r').input(schema).add(CreateVolume).returns('volume').build())?.returns).toEqual(['volume']);
    expect(flowDefinitionOf(linear('r').returns().build())?.returns).toEqual([]);
    expect(flowDefinitionOf(linear('r').build())).not.toHaveProperty('returns');
    const dynamic = linear.dynamic('d').input(['size']).add(CreateVolume, { name: 'x' }).build();
    expect(flowDefinitionOf(dynamic)).toMatchObject({ mode: 'dynamic', input: { kind: 'typed', names: ['size'] } });
    expect(flowDefinitionOf(linear.dynamic('d').input().build())?.input).toEqual({ kind: 'typed' });
  });

  test('flows nest by their definitions', () => {
    const inner = linear.open('inner').add(CreateVolume).build();
    const outer = linear('outer').input<{ size: number }>().add(inner, { name: 'part' }).build();
    expect(flowDefinitionOf(outer)?.nodes[0]?.node).toBe(flowDefinitionOf(inner));
  });

  test('never throws: what is wrong is kept for compile()', () => {
    const untyped = linear as unknown as (name: unknown, options?: unknown) => { add(...args: unknown[]): unknown } & Record<string, never>;
    type Loose = {
      add(node: unknown, options?: unknown): Loose;
      retry(policy: unknown): Loose;
      returns(...names: unknown[]): Loose;
      build(): unknown;
    };
    const begin = untyped('loose', { verison: 1 }) as unknown as Loose;
    const flow = begin
      .retry(undefined)
      .retry(times(0))
      .add(class Undecorated {})
      .add(undefined)
      .add(CreateVolume, { nmae: 'x', rebind: { size: 1 } })
      .add(CreateVolume, null)
      .returns(1)
      .build();
    const definition = flowDefinitionOf(flow);
    expect(definition?.unknownOptions).toEqual(['verison']);
    expect(definition?.retry).toEqual({ kind: 'times', attempts: 0 });
    expect(definition?.nodes.map((each) => each.node.kind)).toEqual(['unknown', 'unknown', 'task', 'task']);
    expect(definition?.nodes[0]?.node.name).toBe('Undecorated');
    expect(definition?.nodes[2]?.unknownOptions).toEqual(['nmae']);
    expect(() => untyped('x', null)).not.toThrow();
  });

  test('compiles once, with its definition', () => {
    compile.mockClear();
    const flow = linear('once').build();
    expect(flow.compile()).toBe(flow.compile());
    expect(compile).toHaveBeenCalledExactlyOnceWith(flowDefinitionOf(flow));
  });
});
