import { type Struck, startWire, type Wire } from '../support/wire.js';
import type { FaultKind, NetworkFault } from './faults.js';
import type { Random } from './random.js';
import type { Way } from './store.js';

/** What was prepared and came to pass is counted then. */
const KIND_OF: Readonly<Record<Struck, FaultKind>> = {
  'answer-lost': 'lose-answers',
  'commit-answer-lost': 'lose-commit',
  'commit-lost': 'lose-commit',
  'ended-greeted': 'end-greeted',
};

export interface NetworkParams {
  readonly serverUrl: string;
  /** How each engine connects. */
  readonly ways: readonly Way[];
  readonly random: Random;
  readonly struck: (kind: FaultKind) => void;
}

/** The wires between engines and PostgreSQL: one for each place of an engine, whoever has it. */
export class Network {
  readonly #wires: readonly Wire[];
  readonly #params: NetworkParams;
  /** Ends what lasts, by the wire that it happens to. */
  readonly #lasting = new Map<number, () => void>();

  private constructor(wires: readonly Wire[], params: NetworkParams) {
    this.#wires = wires;
    this.#params = params;
  }

  static async start(params: NetworkParams): Promise<Network> {
    const { serverUrl, ways, struck } = params;
    const wires = await Promise.all(ways.map(() => startWire(serverUrl, (what) => struck(KIND_OF[what]))));
    return new Network(wires, params);
  }

  get urls(): readonly string[] {
    return this.#wires.map(({ url }) => url);
  }

  /** Connections that are made from now on go to this server. */
  leadTo(serverUrl: string): void {
    for (const wire of this.#wires) wire.leadTo(serverUrl);
  }

  strike(fault: NetworkFault): void {
    const at = this.#free(fault);
    const wire = at === undefined ? undefined : this.#wires[at];
    if (at !== undefined && wire !== undefined && this.#happens(fault, at, wire)) this.#params.struck(fault.kind);
  }

  /** @returns whether it has happened: what is only prepared says so itself */
  #happens(fault: NetworkFault, at: number, wire: Wire): boolean {
    switch (fault.kind) {
      case 'cut':
      case 'half-close': {
        const end = wire.delay(fault.byMs);
        this.#last(at, fault.byMs, () => {
          if (fault.kind === 'cut') wire.cut();
          else wire.halfClose();
          end();
        });
        return true;
      }
      case 'delay':
        this.#last(at, fault.forMs, wire.delay(fault.byMs));
        return true;
      case 'hold':
        this.#last(at, fault.forMs, wire.hold());
        return true;
      case 'swallow':
      case 'swallow-answers':
        this.#swallow(at, wire, fault);
        return true;
      case 'lose-answers':
        wire.loseAnswers(fault.count);
        return false;
      case 'lose-commit':
        wire.atCommit(fault.fate);
        return false;
      case 'end-greeted':
        // Those that are there are cut, so that new ones come.
        wire.endGreeted(fault.count);
        wire.cut();
        return false;
    }
  }

  /** Nothing lasts any more. */
  calm(): void {
    for (const end of [...this.#lasting.values()]) end();
    for (const wire of this.#wires) {
      wire.loseAnswers(0);
      wire.endGreeted(0);
      wire.atCommit(undefined);
    }
  }

  async close(): Promise<void> {
    this.calm();
    await Promise.all(this.#wires.map((wire) => wire.close()));
  }

  /** A wire to which nothing happens that lasts; for a COMMIT, one of an engine that has transactions of its user's. */
  #free({ kind }: NetworkFault): number | undefined {
    const { ways, random } = this.#params;
    const all = ways.map((_, at) => at).filter((at) => !this.#lasting.has(at));
    return random.of(kind === 'lose-commit' ? all.filter((at) => ways[at] === 'url') : all);
  }

  #swallow(at: number, wire: Wire, { kind, forMs, clients }: Extract<NetworkFault, { clients: boolean }>): void {
    const end = wire.swallow(kind === 'swallow' ? 'all' : 'answers');
    // A Kysely gives no connection up, so its sockets end, as those of a machine that nobody reaches do in the end.
    const ends = clients || this.#params.ways[at] === 'kysely';
    this.#last(at, forMs, () => {
      end();
      wire.dropSwallowed(ends);
    });
  }

  #last(at: number, forMs: number, end: () => void): void {
    const over = (): void => {
      clearTimeout(timer);
      this.#lasting.delete(at);
      end();
    };
    const timer = setTimeout(over, forMs);
    this.#lasting.set(at, over);
  }
}
