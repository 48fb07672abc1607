import type { Payload } from '../steps.js';

/** Who claims jobs from a server by hand, over a connection of its own. */
export interface RawBoard {
  post(inputs: readonly Payload[]): Promise<void>;
  /** A job that is this one's until it is done, or its lease is over; nothing when none is free. */
  claim(): Promise<RawJob | undefined>;
  /** The job and its claim are gone from the server. */
  done(id: string): Promise<void>;
  close(): Promise<void>;
}

export interface RawJob {
  readonly id: string;
  readonly input: Payload;
}

/** How long a claim by hand outlives who made it: nothing that is measured takes as long. */
export const RAW_LEASE_MS = 30_000;
