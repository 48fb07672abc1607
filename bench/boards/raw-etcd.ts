import type { Payload } from '../steps.js';
import { Listing } from './listing.js';
import { RAW_LEASE_MS, type RawBoard } from './raw-board.js';

interface Range {
  readonly kvs?: readonly { readonly key: string; readonly value: string }[];
}

/** etcd allows 128 operations in a transaction. */
const AT_ONCE = 100;
const LISTED = 64;
const [JOBS, CLAIMS] = ['raw/jobs/', 'raw/claims/'];

/** A list by prefix, a transaction that claims if nobody has, and one that deletes; by the JSON gateway, as our board. */
export async function rawEtcd(url: string, part: number): Promise<RawBoard> {
  const call = async <Answer>(path: string, body: object): Promise<Answer> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body), headers });
    if (!answer.ok) throw new Error(`etcd answers ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Answer;
  };
  const lease = await call<{ readonly ID: string }>('lease/grant', { TTL: RAW_LEASE_MS / 1_000 });
  // Whoever measures others meanwhile has its lease still.
  const renewal = setInterval(() => void call('lease/keepalive', { ID: lease.ID }).catch(() => undefined), RAW_LEASE_MS / 3);
  const range = async (prefix: string, limit: number, keysOnly = false) => {
    const body = { key: base64(prefix), range_end: base64(`${prefix.slice(0, -1)}0`), limit, keys_only: keysOnly };
    return ((await call<Range>('kv/range', body)).kvs ?? []).map(({ key, value }) => ({ id: text(key).slice(prefix.length), value }));
  };
  const listing = new Listing(
    part,
    async () => {
      const [jobs, claims] = await Promise.all([range(JOBS, LISTED), range(CLAIMS, LISTED, true)]);
      const taken = new Set(claims.map(({ id }) => id));
      return jobs.filter(({ id }) => !taken.has(id));
    },
    async ({ id, value }) => {
      const { succeeded } = await call<{ readonly succeeded?: boolean }>('kv/txn', {
        compare: [
          { key: base64(CLAIMS + id), target: 'CREATE', result: 'EQUAL', create_revision: '0' },
          { key: base64(JOBS + id), target: 'CREATE', result: 'GREATER', create_revision: '0' },
        ],
        success: [{ request_put: { key: base64(CLAIMS + id), value: '', lease: lease.ID } }],
      });
      return succeeded === true ? { id, input: JSON.parse(text(value)) as Payload } : undefined;
    },
  );
  let posted = 0;
  return {
    async post(inputs) {
      for (let from = 0; from < inputs.length; from += AT_ONCE) {
        const puts = inputs.slice(from, from + AT_ONCE).map((input) => {
          const key = base64(`${JOBS}${String(posted++).padStart(9, '0')}`);
          return { request_put: { key, value: base64(JSON.stringify(input)) } };
        });
        await call('kv/txn', { success: puts });
      }
    },
    claim: () => listing.next(),
    async done(id) {
      const gone = [JOBS, CLAIMS].map((prefix) => ({ request_delete_range: { key: base64(prefix + id) } }));
      await call('kv/txn', { success: gone });
    },
    async close() {
      clearInterval(renewal);
      await call('lease/revoke', { ID: lease.ID });
    },
  };
}

function base64(plain: string): string {
  return Buffer.from(plain).toString('base64');
}

function text(encoded: string): string {
  return Buffer.from(encoded, 'base64').toString();
}
