import { linear } from 'flowproof';
import { Compress } from './tasks/compress.js';
import { Scan } from './tasks/scan.js';
import { SmokeTest } from './tasks/smoke-test.js';
import { SwitchLink } from './tasks/switch-link.js';
import { Verify } from './tasks/verify.js';
import { Write } from './tasks/write.js';

/** Publishes a folder as a release: visitors see all of it or nothing of it. The run's id names the release. */
export const publish = linear('publish', { version: 1 })
  .input<{ folder: string }>()
  .add(Scan)
  .add(Compress)
  .add(Write)
  .add(Verify)
  .add(SwitchLink)
  .add(SmokeTest)
  .returns('manifest', 'release', 'visited')
  .build();

/** Names of its tasks, in order. */
export const TASKS = ['scan', 'compress', 'write', 'verify', 'switch', 'smoke-test'] as const;
export type TaskName = (typeof TASKS)[number];
