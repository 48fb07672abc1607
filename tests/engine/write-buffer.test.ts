import { expect, test } from 'vitest';
import { WriteBuffer } from '../../src/engine/record/write-buffer.js';
import type { StepPlan } from '../../src/engine/state/protocol.js';
import type { Transition } from '../../src/persistence/index.js';

test('a step may have as many transitions as it likes: a task that saves 500,000 times in one moment ends no process', () => {
  const buffer = new WriteBuffer('step');
  const saved = { kind: 'saved' } as unknown as Transition;
  buffer.add({ transitions: Array.from({ length: 500_000 }, () => saved), commands: [] } as unknown as StepPlan);
  expect(buffer.take()).toHaveLength(500_000);
});
