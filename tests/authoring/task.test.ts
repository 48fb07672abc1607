import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineTask, Task, type TaskContext, taskDefinitionOf } from '../../src/authoring/index.js';

@Task({
  name: 'create-volume',
  requires: ['size', 'zone?'],
  provides: ['volume'],
  keeps: ['token'],
  revertRequires: ['quota'],
  priority: 3,
  maxLosses: 2,
})
class CreateVolume {
  execute({ size, zone }: { size: number; zone?: string }) {
    return { volume: `${zone}/${size}`, token: 't' };
  }
  revert(_inputs: { size: number; quota: number }) {}
}

@Task()
class Log {
  execute() {}
}

describe('@Task', () => {
  test('leaves everything that was said with the class', () => {
    expect(taskDefinitionOf(CreateVolume)).toEqual({
      kind: 'task',
      name: 'create-volume',
      named: true,
      requires: [
        { name: 'size', optional: false },
        { name: 'zone', optional: true },
      ],
      provides: [{ name: 'volume', optional: false }],
      keeps: [{ name: 'token', optional: false }],
      revertRequires: [{ name: 'quota', optional: false }],
      hasRevert: true,
      priority: 3,
      maxLosses: 2,
      onInterrupted: 'rerun',
      version: 1,
      code: { kind: 'class', target: CreateVolume },
    });
  });

  test('without options takes the class name and the defaults', () => {
    const definition = taskDefinitionOf(Log);
    expect(definition).toMatchObject({ name: 'Log', named: false, requires: [], provides: [], keeps: [], revertRequires: [] });
    expect(definition).toMatchObject({ hasRevert: false, priority: 0, maxLosses: 5 });
  });

  test('does not change the class', () => {
    expect(Object.keys(Log)).toEqual([]);
    expect(new Log()).toBeInstanceOf(Log);
  });

  test('works as a plain call, and keeps schemas', () => {
    class Plain {
      execute({ size }: { size: number; zone?: string }) {
        return { double: size * 2 };
      }
    }
    const size = z.number();
    Task({ requires: { size, 'zone?': z.string() }, provides: { double: true } })(Plain);
    const definition = taskDefinitionOf(Plain);
    expect(definition?.requires.map(({ name, optional }) => ({ name, optional }))).toEqual([
      { name: 'size', optional: false },
      { name: 'zone', optional: true },
    ]);
    expect(definition?.requires[0]?.schema).toBe(size);
    expect(definition?.provides).toEqual([{ name: 'double', optional: false }]);
  });

  test('a name that is listed twice is one name', () => {
    class Twice {
      execute(_inputs: { a: number }) {}
    }
    Task({ requires: ['a', 'a'] })(Twice);
    expect(taskDefinitionOf(Twice)?.requires).toEqual([{ name: 'a', optional: false }]);
  });

  test('a subclass is no task until it is decorated itself', () => {
    class Special extends Log {}
    expect(taskDefinitionOf(Special)).toBeUndefined();
    Task({ name: 'special' })(Special);
    expect(taskDefinitionOf(Special)?.name).toBe('special');
    expect(taskDefinitionOf(Log)?.name).toBe('Log');
  });

  test('falls back to a property where reflect-metadata is absent', () => {
    const store = Reflect as { defineMetadata?: unknown; getOwnMetadata?: unknown };
    const { defineMetadata, getOwnMetadata } = store;
    class Bare {
      execute() {}
    }
    try {
      store.defineMetadata = undefined;
      store.getOwnMetadata = undefined;
      Task({ name: 'bare' })(Bare);
      expect(taskDefinitionOf(Bare)?.name).toBe('bare');
      expect(Object.keys(Bare)).toEqual([]);
    } finally {
      Object.assign(store, { defineMetadata, getOwnMetadata });
    }
    expect(taskDefinitionOf(Bare)?.name).toBe('bare');
  });

  test('nothing else is a task', () => {
    for (const value of [undefined, null, 1, 'x', {}, () => {}, class {}, { '~flowproof': { kind: 'flow' } }]) {
      expect(taskDefinitionOf(value)).toBeUndefined();
    }
  });
});

describe('defineTask', () => {
  test('leaves the same definition as the decorator', async () => {
    const options = {
      name: 'create-volume',
      requires: ['size', 'zone?'],
      provides: ['volume'],
      keeps: ['token'],
      revertRequires: ['quota'],
      priority: 3,
      maxLosses: 2,
      execute: ({ size, zone }: { size: number; zone?: string }) => ({ volume: `${zone}/${size}`, token: 't' }),
      revert: (_inputs: { size: number; quota: number }) => {},
    } as const;
    const task = defineTask(options);
    expect(taskDefinitionOf(task)).toEqual({ ...taskDefinitionOf(CreateVolume), code: { kind: 'object', target: options } });
    expect(task.name).toBe('create-volume');
    expect(Object.isFrozen(task)).toBe(true);
  });

  test('without revert', () => {
    const task = defineTask({ name: 'x', execute: (_inputs: {}, _context: TaskContext) => {} });
    expect(taskDefinitionOf(task)).toMatchObject({ hasRevert: false, priority: 0, maxLosses: 5, requires: [] });
  });
});
