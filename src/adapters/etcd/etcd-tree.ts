import type { Member, NameRange, ServerClock, Tree, TreeMember, TreeNode, TreeStep } from '../../boards/index.js';
import { BoardError } from '../../model/board-error.js';
import { type Clock, systemClock } from '../../model/clock.js';
import type { Gateway } from './gateway.js';

interface Range {
  readonly kvs?: readonly { readonly key: string; readonly value?: string; readonly mod_revision: string }[];
  readonly count?: string;
}
interface Txn {
  readonly header: { readonly revision: string };
  readonly succeeded?: boolean;
  readonly responses?: readonly { readonly response_range?: Range }[];
}

/** So many reads are one request: a transaction has room for 128. */
const READS = 100;
const WATCH_AGAIN_MS = 1_000;

const encoded = (text: string): string => Buffer.from(text).toString('base64');
const decoded = (text: string): string => Buffer.from(text, 'base64').toString();

/** A tree in etcd: each path is a key, and a commit is a transaction. */
export class EtcdTree implements Tree {
  readonly #gateway: Gateway;
  readonly #root: string;
  readonly #serverClock: ServerClock;
  readonly #timeoutMs: number;
  readonly #clock: Clock = systemClock;
  readonly #lease: string | undefined;

  /** @param lease of the session that keys are gone with */
  constructor(gateway: Gateway, root: string, serverClock: ServerClock, timeoutMs: number, lease?: string) {
    this.#gateway = gateway;
    this.#root = root;
    this.#serverClock = serverClock;
    this.#timeoutMs = timeoutMs;
    this.#lease = lease;
  }

  async open(): Promise<void> {
    await this.read(['turn']);
  }

  async close(): Promise<void> {
    this.#gateway.close();
  }

  async names(directory: string, range: NameRange = {}): Promise<readonly string[]> {
    const { limit = Number.POSITIVE_INFINITY } = range;
    const names: string[] = [];
    // Of directories in a directory one key each is read; then comes what is after that directory.
    for (let from = this.#between(directory, range); names.length < limit; ) {
      const { kvs = [] } = await this.#call<Range>('kv/range', { ...from, keys_only: true, limit: '1' });
      const [first] = kvs.map(({ key }) => this.#nameOf(directory, key));
      if (first === undefined) break;
      const end = first.indexOf('/');
      if (end < 0) return this.#leaves(directory, range);
      names.push(first.slice(0, end));
      from = { ...from, key: encoded(`${this.#root}/${directory}/${first.slice(0, end)}0`) };
    }
    return names;
  }

  async count(directory: string, range: NameRange = {}): Promise<number> {
    return Number((await this.#call<Range>('kv/range', { ...this.#between(directory, range), count_only: true })).count ?? 0);
  }

  async read(paths: readonly string[]): Promise<readonly (TreeNode | undefined)[]> {
    const batches = Array.from({ length: Math.ceil(paths.length / READS) }, (_, index) => paths.slice(index * READS, (index + 1) * READS));
    const found = await Promise.all(batches.map((batch) => this.#readBatch(batch)));
    return found.flat();
  }

  async commit(steps: readonly TreeStep[]): Promise<readonly string[] | undefined> {
    const { succeeded, header } = await this.#call<Txn>('kv/txn', {
      compare: steps.map((step) => this.#condition(step)),
      success: steps.flatMap((step) => this.#change(step)),
      failure: [],
    });
    return succeeded === true ? steps.map((step) => (step.do === 'create' || step.do === 'set' ? header.revision : '')) : undefined;
  }

  async removeDirectory(): Promise<void> {}

  async join({ leaseMs }: Member): Promise<TreeMember> {
    const ms = leaseMs / 3;
    const { ID } = await this.#call<{ readonly ID: string }>('lease/grant', { TTL: String(Math.ceil(leaseMs / 1_000)) });
    return {
      tree: new EtcdTree(this.#gateway, this.#root, this.#serverClock, ms, ID),
      renew: async () => {
        const { result } = await this.#gateway.call<{ readonly result?: { readonly TTL?: string } }>('lease/keepalive', { ID }, ms);
        return Number(result?.TTL ?? 0) > 0;
      },
      leave: async () => {
        await this.#gateway.call('lease/revoke', { ID }, ms);
      },
      drop: () => undefined,
    };
  }

  async announce(): Promise<void> {}

  watch(news: () => void): () => void {
    const ended = new AbortController();
    const create_request = { ...this.#between('ready', {}), filters: ['NODELETE'] };
    const listen = async (): Promise<void> => {
      while (!ended.signal.aborted && !this.#gateway.isClosed) {
        await this.#gateway
          .stream('watch', { create_request }, ended.signal, (line) => {
            if (line.includes('"events"')) news();
          })
          .catch(() => undefined);
        if (ended.signal.aborted || this.#gateway.isClosed) return;
        // What came meanwhile was missed.
        news();
        await new Promise<void>((resolve) => this.#clock.after(WATCH_AGAIN_MS, resolve, { keepsAlive: false }));
      }
    };
    void listen();
    return () => ended.abort();
  }

  nowMs(): number {
    return this.#serverClock.nowMs();
  }

  async #leaves(directory: string, range: NameRange): Promise<readonly string[]> {
    const limit = range.limit === undefined ? {} : { limit: String(range.limit) };
    const { kvs = [] } = await this.#call<Range>('kv/range', { ...this.#between(directory, range), keys_only: true, ...limit });
    return kvs.map(({ key }) => this.#nameOf(directory, key));
  }

  async #readBatch(paths: readonly string[]): Promise<readonly (TreeNode | undefined)[]> {
    const success = paths.map((path) => ({ requestRange: { key: this.#key(path) } }));
    const { responses = [] } = await this.#call<Txn>('kv/txn', { compare: [], success, failure: [] });
    return responses.map(({ response_range }) => {
      const [kv] = response_range?.kvs ?? [];
      return kv && { text: decoded(kv.value ?? ''), version: kv.mod_revision };
    });
  }

  #condition(step: TreeStep): object {
    const key = this.#key(step.path);
    if (step.do === 'create') return { key, target: 'CREATE', result: 'EQUAL', create_revision: '0' };
    if (step.version === undefined) return { key, target: 'CREATE', result: 'GREATER', create_revision: '0' };
    return { key, target: 'MOD', result: 'EQUAL', mod_revision: step.version };
  }

  #change(step: TreeStep): readonly object[] {
    const key = this.#key(step.path);
    switch (step.do) {
      case 'check':
        return [];
      case 'remove':
        return [{ requestDeleteRange: { key } }];
      case 'set':
        return [{ requestPut: { key, value: encoded(step.text) } }];
      case 'create':
        return [{ requestPut: { key, value: encoded(step.text), ...(step.ephemeral && { lease: this.#lease }) } }];
    }
  }

  /** The keys in a directory. What comes after a text with all that begins with it begins with the next sign: `0` after `/`. */
  #between(directory: string, { after, before }: NameRange): { readonly key: string; readonly range_end: string } {
    const inside = `${this.#root}/${directory}/`;
    return {
      key: encoded(after === undefined ? inside : `${inside}${after}\0`),
      range_end: encoded(before === undefined ? `${this.#root}/${directory}0` : `${inside}${before}`),
    };
  }

  #nameOf(directory: string, key: string): string {
    return decoded(key).slice(this.#root.length + directory.length + 2);
  }

  #key(path: string): string {
    return encoded(`${this.#root}/${path}`);
  }

  #call<T>(path: string, body: object): Promise<T> {
    if (this.#gateway.isClosed) return Promise.reject(new BoardError('BOARD_CLOSED', 'the board is closed: make another one'));
    return this.#gateway.call<T>(path, body, this.#timeoutMs);
  }
}
