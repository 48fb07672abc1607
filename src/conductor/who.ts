import { hostname } from 'node:os';

/** This process, for people who read who has claimed a job. */
export function thisProcess(): string {
  return `${hostname()}:${process.pid}`;
}
