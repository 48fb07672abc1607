import { once } from 'node:events';
import zookeeper, { type Client } from 'node-zookeeper-client';
import type { Payload } from '../steps.js';
import { Listing } from './listing.js';
import { RAW_LEASE_MS, type RawBoard } from './raw-board.js';

const [JOBS, CLAIMS] = ['/raw/jobs', '/raw/claims'];

type Answer<T> = (error: unknown, result: T) => void;

/** A list of children, an ephemeral node that claims, and a transaction that removes both; by the client of our board. */
export async function rawZookeeper(hosts: string, part: number): Promise<RawBoard> {
  const client = zookeeper.createClient(hosts, { sessionTimeout: RAW_LEASE_MS });
  const connected = once(client, 'connected');
  client.connect();
  await connected;
  const call = <T>(ask: (client: Client, answer: Answer<T>) => void): Promise<T> =>
    new Promise((resolve, reject) => ask(client, (error, result) => (error ? reject(error) : resolve(result))));
  for (const path of [JOBS, CLAIMS]) await call<string>((on, answer) => on.mkdirp(path, answer));
  const children = (path: string) => call<string[]>((on, answer) => on.getChildren(path, answer));
  const listing = new Listing(
    part,
    async () => {
      const [jobs, claims] = await Promise.all([children(JOBS), children(CLAIMS)]);
      const taken = new Set(claims);
      return jobs.filter((id) => !taken.has(id)).sort();
    },
    async (id) => {
      const made = call<string>((on, answer) => on.create(`${CLAIMS}/${id}`, zookeeper.CreateMode.EPHEMERAL, answer));
      if (!(await unless(zookeeper.Exception.NODE_EXISTS, made))) return undefined;
      // Of a list that is old: the job was done, and the claim of it is gone.
      const data = await unless(
        zookeeper.Exception.NO_NODE,
        call<Buffer>((on, answer) => on.getData(`${JOBS}/${id}`, answer)),
      );
      if (data !== undefined) return { id, input: JSON.parse(data.toString()) as Payload };
      await call<void>((on, answer) => on.remove(`${CLAIMS}/${id}`, (error) => answer(error, undefined)));
      return undefined;
    },
  );
  return {
    async post(inputs) {
      const one = (input: Payload) =>
        call<string>((on, answer) =>
          on.create(`${JOBS}/job-`, Buffer.from(JSON.stringify(input)), zookeeper.CreateMode.PERSISTENT_SEQUENTIAL, answer),
        );
      await Promise.all(inputs.map(one));
    },
    claim: () => listing.next(),
    async done(id) {
      await call<unknown>((on, answer) => on.transaction().remove(`${JOBS}/${id}`).remove(`${CLAIMS}/${id}`).commit(answer));
    },
    async close() {
      client.close();
    },
  };
}

/** What a call answers; nothing when it fails with that code. */
async function unless<T>(code: number, call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if ((error as { code?: unknown }).code === code) return undefined;
    throw error;
  }
}
