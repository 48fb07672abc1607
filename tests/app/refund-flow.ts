import { expect } from 'vitest';
import { z } from 'zod';
import { defineTask, linear, waitFor } from '../../src/index.js';

export const Approval = z.object({ by: z.string() });
export const log: string[] = [];

export const check = defineTask({
  name: 'check',
  execute: async () => void log.push('check'),
  revert: async () => void log.push('uncheck'),
});

const pay = defineTask({
  name: 'pay',
  requires: ['approval'],
  execute: async ({ approval }: { approval: { by: string } }) => void log.push(`pay by ${approval.by}`),
});

export const refund = linear('refund').input<{ order: string }>().add(check).add(waitFor('approval', Approval)).add(pay).build();

/** The run waits here, as `inspect` says. */
export async function waits(
  app: { inspect(id: string): Promise<{ waiting?: { name?: string } }> },
  id: string,
  name: string,
): Promise<void> {
  await expect.poll(async () => (await app.inspect(id)).waiting?.name).toBe(name);
}
