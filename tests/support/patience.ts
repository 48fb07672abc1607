import { vi } from 'vitest';

/**
 * What is waited for comes sooner or later, and on a machine with other work it comes later than the second that vitest waits.
 * A test fails because a thing doesn't happen, never because it took long; `expect.poll` has the same bound in vitest.config.ts.
 */
const PATIENT = { timeout: 40_000, interval: 20 } as const;

const { waitFor, waitUntil } = vi;
const patient = (options: number | { timeout?: number; interval?: number } = {}) =>
  typeof options === 'number' ? { ...PATIENT, timeout: options } : { ...PATIENT, ...options };

vi.waitFor = (callback, options) => waitFor(callback, patient(options));
vi.waitUntil = (callback, options) => waitUntil(callback, patient(options));
