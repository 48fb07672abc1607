import zookeeper, { type ACL, type Client, type Stat } from 'node-zookeeper-client';
import type { Member, NameRange, ServerClock, Tree, TreeMember, TreeNode, TreeStep } from '../../boards/index.js';
import { BoardError } from '../../model/board-error.js';
import { type Clock, systemClock } from '../../model/clock.js';
import { Connection, type ConnectionParts, codeOf } from './connection.js';

const { CreateMode, Exception } = zookeeper;
/** Its types don't have them. */
const ACCESS = zookeeper.ACL as unknown as Readonly<Record<'OPEN_ACL_UNSAFE' | 'CREATOR_ALL_ACL', ACL[]>>;

/** What the server calls a condition that does not hold. */
const UNMET: readonly (number | undefined)[] = [Exception.NO_NODE, Exception.NODE_EXISTS, Exception.BAD_VERSION];
const DIRECTORIES = ['jobs', 'ready', 'delayed', 'claims', 'trash', 'done', 'paused', 'sessions', 'news'];
/** A server takes a little more at once. */
const MOST_BYTES = 1_000_000;
const WATCH_AGAIN_MS = 1_000;

export interface ZookeeperParts extends Omit<ConnectionParts, 'sessionTimeoutMs'> {
  readonly root: string;
  readonly clock: ServerClock;
}

/** Directories that were made already, by whatever connection. */
type Made = Set<string>;

/** Nodes as one session reaches them. */
class Nodes {
  readonly connection: Connection;
  readonly #root: string;
  readonly #acl: ACL[];
  readonly #made: Made;
  readonly #serverClock: ServerClock;
  readonly #clock: Clock = systemClock;

  constructor(connection: Connection, { root, clock, auth }: ZookeeperParts, made: Made) {
    this.connection = connection;
    this.#root = root;
    this.#serverClock = clock;
    this.#acl = auth === undefined ? ACCESS.OPEN_ACL_UNSAFE : ACCESS.CREATOR_ALL_ACL;
    this.#made = made;
  }

  at(path: string): string {
    return `${this.#root}/${path}`;
  }

  async make(directory: string): Promise<void> {
    if (this.#made.has(directory)) return;
    await this.connection.call((client, answer) => client.mkdirp(this.at(directory), this.#acl, answer));
    this.#made.add(directory);
  }

  async names(directory: string, { after = '', before, limit }: NameRange = {}): Promise<readonly string[]> {
    const [names = []] = await this.#ifThere(
      this.connection.call<string[]>((client, answer) => client.getChildren(this.at(directory), answer as never)),
    );
    const within = names.filter((name) => name > after && (before === undefined || name < before)).sort();
    return limit === undefined ? within : within.slice(0, limit);
  }

  async children(directory: string): Promise<number> {
    const [stat] = await this.#ifThere(this.connection.call<Stat | null>((client, answer) => client.exists(this.at(directory), answer)));
    return stat?.numChildren ?? 0;
  }

  read(paths: readonly string[]): Promise<readonly (TreeNode | undefined)[]> {
    return Promise.all(paths.map((path) => this.#readOne(path)));
  }

  /** A write, by which the server's clock is heard of; whether there is something to write to. */
  async touch(path: string): Promise<boolean> {
    const sentAtMs = this.#clock.monotonicMs();
    const [stat] = await this.#ifThere(
      this.connection.call<Stat>((client, answer) => client.setData(this.at(path), Buffer.alloc(0), -1, answer)),
    );
    if (stat === undefined) return false;
    const atMs = Number(stat.mtime.readBigInt64BE());
    this.#serverClock.heard(atMs, atMs + 1, sentAtMs);
    return true;
  }

  async commit(steps: readonly TreeStep[]): Promise<readonly string[] | undefined> {
    const bytes = steps.reduce((sum, step) => sum + ('text' in step ? Buffer.byteLength(step.text) : 0), 0);
    if (bytes > MOST_BYTES)
      throw new BoardError('BOARD_REFUSED', `a job of ${bytes} bytes is too large for ZooKeeper, which takes ${MOST_BYTES}`);
    const parents = steps.flatMap(({ do: what, path }) =>
      what === 'create' && path.split('/').length > 2 ? [path.slice(0, path.lastIndexOf('/'))] : [],
    );
    // A directory may be gone that was made before.
    for (const tries of [1, 2]) {
      await Promise.all(parents.map((parent) => this.make(parent)));
      try {
        await this.connection.call((client, answer) => this.#transactionOf(client, steps).commit(answer));
        return steps.map((step) => (step.do === 'create' ? '0' : step.do === 'set' ? String(Number(step.version) + 1) : ''));
      } catch (error) {
        if (!UNMET.includes(codeOf(error))) throw error;
        if (codeOf(error) !== Exception.NO_NODE || parents.length === 0 || tries === 2) return undefined;
        for (const parent of parents) this.#made.delete(parent);
      }
    }
    return undefined;
  }

  async remove(path: string): Promise<void> {
    this.#made.delete(path);
    await this.connection
      .call((client, answer) => client.remove(this.at(path), -1, answer))
      .catch((error: unknown) => {
        if (codeOf(error) !== Exception.NOT_EMPTY && codeOf(error) !== Exception.NO_NODE) throw error;
      });
  }

  #transactionOf(client: Client, steps: readonly TreeStep[]): ReturnType<Client['transaction']> {
    const transaction = client.transaction();
    for (const step of steps) {
      const path = this.at(step.path);
      if (step.do === 'create')
        transaction.create(path, Buffer.from(step.text), this.#acl, step.ephemeral ? CreateMode.EPHEMERAL : CreateMode.PERSISTENT);
      else if (step.do === 'set') transaction.setData(path, Buffer.from(step.text));
      else if (step.do === 'remove') transaction.remove(path);
      else transaction.check(path);
      // The client takes version 0, which a job has that was never claimed, for none at all, and would ask for no condition.
      if (step.do !== 'create' && step.version !== undefined) lastOf(transaction).version = Number(step.version);
    }
    return transaction;
  }

  async #readOne(path: string): Promise<TreeNode | undefined> {
    const asked = this.connection.call<Buffer | Stat>((client, answer) => client.getData(this.at(path), answer));
    const [data, stat] = await this.#ifThere(asked);
    if (stat === undefined) return undefined;
    return { text: data === undefined || data === null ? '' : data.toString(), version: String((stat as Stat).version) };
  }

  async #ifThere<T>(asked: Promise<readonly T[]>): Promise<readonly T[]> {
    try {
      return await asked;
    } catch (error) {
      if (codeOf(error) === Exception.NO_NODE) return [];
      throw error;
    }
  }
}

function lastOf(transaction: object): { version: number } {
  return (transaction as { readonly ops: { version: number }[] }).ops.at(-1) as { version: number };
}

/** A tree in ZooKeeper. */
export class ZookeeperTree implements Tree {
  readonly #parts: ZookeeperParts;
  readonly #made: Made = new Set();
  readonly #members = new Set<Connection>();
  readonly #clock: Clock = systemClock;
  #nodes: Nodes;
  #isClosed = false;

  constructor(parts: ZookeeperParts) {
    this.#parts = parts;
    this.#nodes = this.#nodesOf();
  }

  async open(): Promise<void> {
    for (const directory of DIRECTORIES) await this.#present().make(directory);
    await this.#present().touch('news');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const connection of [this.#nodes.connection, ...this.#members]) connection.drop();
  }

  names(directory: string, range?: NameRange): Promise<readonly string[]> {
    return this.#present().names(directory, range);
  }

  async count(directory: string, range?: NameRange): Promise<number> {
    return range === undefined ? this.#present().children(directory) : (await this.#present().names(directory, range)).length;
  }

  read(paths: readonly string[]): Promise<readonly (TreeNode | undefined)[]> {
    return this.#present().read(paths);
  }

  commit(steps: readonly TreeStep[]): Promise<readonly string[] | undefined> {
    return this.#present().commit(steps);
  }

  removeDirectory(directory: string): Promise<void> {
    return this.#present().remove(directory);
  }

  async announce(): Promise<void> {
    await this.#present().touch('news');
  }

  async join({ id, leaseMs }: Member): Promise<TreeMember> {
    const connection = new Connection({ ...this.#parts, timeoutMs: leaseMs / 3, sessionTimeoutMs: leaseMs });
    const nodes = new Nodes(connection, this.#parts, this.#made);
    this.#members.add(connection);
    try {
      const grantedMs = await connection.grantedMs();
      if (grantedMs < leaseMs)
        throw new BoardError(
          'BOARD_REFUSED',
          `ZooKeeper grants sessions of ${grantedMs} ms at most: join with a shorter lease, or raise its maxSessionTimeout`,
        );
      await nodes.commit([{ do: 'create', path: `sessions/${id}`, text: '', ephemeral: true }]);
    } catch (error) {
      this.#members.delete(connection);
      connection.drop();
      throw error;
    }
    return {
      tree: nodes,
      renew: async () => !connection.isOver && (await nodes.touch(`sessions/${id}`)),
      leave: async () => {
        this.#members.delete(connection);
        await nodes.remove(`sessions/${id}`);
        connection.leave();
      },
      // The client would renew the session by itself.
      drop: () => {
        this.#members.delete(connection);
        connection.drop();
      },
    };
  }

  watch(news: () => void): () => void {
    let isOff = false;
    const look = (): void => {
      if (isOff || this.#isClosed) return;
      const nodes = this.#present();
      const heard = (): void => {
        if (!isOff) news();
        look();
      };
      nodes.connection
        .call((client, answer) => client.getData(nodes.at('news'), heard, answer))
        .catch(() => this.#clock.after(WATCH_AGAIN_MS, heard, { keepsAlive: false }));
    };
    look();
    return () => {
      isOff = true;
    };
  }

  nowMs(): number {
    return this.#parts.clock.nowMs();
  }

  /** The connection for reads and posts. No claim hangs on its session, so that a new one is opened when ZooKeeper has ended it. */
  #present(): Nodes {
    if (this.#nodes.connection.isOver && !this.#isClosed) this.#nodes = this.#nodesOf();
    return this.#nodes;
  }

  #nodesOf(): Nodes {
    return new Nodes(new Connection({ ...this.#parts, sessionTimeoutMs: 10_000 }), this.#parts, this.#made);
  }
}
