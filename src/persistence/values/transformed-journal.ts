import type { Json } from '../../model/json.js';
import type { Secrets } from '../../model/secrets.js';
import type { LimitStore, SlotStore } from '../contract/claims.js';
import type { Entry } from '../contract/entry.js';
import type { Hints } from '../contract/hints.js';
import type {
  AppendItem,
  AppendResult,
  Capabilities,
  ClaimRunsParams,
  ClaimRunsResult,
  CreateRunParams,
  CreateRunResult,
  InboxMessage,
  Journal,
  LoadedRun,
  LoadOptions,
  PruneParams,
  PruneResult,
  RunFilter,
  RunPage,
  RunSummary,
  SendOptions,
  TickParams,
  TickResult,
} from '../contract/journal.js';
import type { ScheduleStore } from '../contract/schedules.js';
import { contentOf } from '../transitions/wrapped.js';
import { mapValues, type ValueName } from './map-values.js';
import { unwrapped, unwrappedInside } from './refuse-wrapped.js';
import { secrecyOf } from './secrecy.js';
import { type ValuePlace, ValueRefusal, type ValueTransform } from './value-transform.js';

const NO_TRANSACTIONS: AppendResult = { kind: 'unknown', cause: new Error('this store takes no entries in transactions') };

/** A journal whose values are something else in the store below. */
export class TransformedJournal implements Journal {
  readonly #journal: Journal;
  readonly #transform: ValueTransform;

  constructor(journal: Journal, transform: ValueTransform) {
    this.#journal = journal;
    this.#transform = transform;
  }

  get capabilities(): Capabilities {
    return this.#journal.capabilities;
  }

  get hints(): Hints | undefined {
    return this.#journal.hints;
  }

  /** What is kept of them shows no value of a run. */
  get schedules(): ScheduleStore | undefined {
    return this.#journal.schedules;
  }

  /** Of a run they show the value by which it is counted, which is no secret. */
  get limits(): LimitStore | undefined {
    return this.#journal.limits;
  }

  get slots(): SlotStore | undefined {
    return this.#journal.slots;
  }

  createRun(params: CreateRunParams): Promise<CreateRunResult> {
    return this.#createRun(params, (sealed) => this.#journal.createRun(sealed));
  }

  async createRunIn(transaction: unknown, params: CreateRunParams): Promise<CreateRunResult> {
    const result = await this.#createRun(params, async (sealed) => {
      if (this.#journal.createRunIn === undefined) throw new TypeError('this store takes no runs in transactions');
      return this.#journal.createRunIn(transaction, sealed);
    });
    if (result.kind === 'unknown') throw result.cause;
    return result;
  }

  async #createRun(params: CreateRunParams, create: (sealed: CreateRunParams) => Promise<CreateRunResult>): Promise<CreateRunResult> {
    let sealed: CreateRunParams;
    try {
      const { entry, secrets } = params;
      const inputsHash = this.#sealHash(params.inputsHash, entry.runId, secrets);
      sealed = { ...params, inputsHash, entry: await this.#seal(entry, secrets) };
    } catch (cause) {
      if (ValueRefusal.is(cause)) throw cause.cause;
      return { kind: 'unknown', cause };
    }
    const result = await create(sealed);
    return result.kind === 'exists' ? { kind: 'exists', run: this.#summary(result.run) } : result;
  }

  async append(items: readonly AppendItem[]): Promise<readonly AppendResult[]> {
    const results: AppendResult[] = [];
    const sealed: { readonly item: AppendItem; readonly place: number }[] = [];
    const prepare = async (item: AppendItem, place: number): Promise<void> => {
      try {
        sealed.push({ item: { ...item, entry: await this.#seal(item.entry, item.secrets) }, place });
      } catch (cause) {
        results[place] = ValueRefusal.is(cause) ? { kind: 'refused', cause: cause.cause } : { kind: 'unknown', cause };
      }
    };
    await Promise.all(items.map(prepare));
    const kept = await this.#journal.append(sealed.map(({ item }) => item));
    for (const [index, result] of kept.entries()) results[sealed[index]?.place ?? index] = await this.#openUnheard(result);
    return results;
  }

  async appendIn(transaction: unknown, item: AppendItem): Promise<AppendResult> {
    try {
      const sealed = { ...item, entry: await this.#seal(item.entry, item.secrets) };
      const result = await this.#journal.appendIn?.(transaction, sealed);
      return result === undefined ? NO_TRANSACTIONS : await this.#openUnheard(result);
    } catch (cause) {
      return ValueRefusal.is(cause) ? { kind: 'refused', cause: cause.cause } : { kind: 'unknown', cause };
    }
  }

  /** The step is there: a message that can't be read is left out of what is told of it. */
  async #openUnheard(result: AppendResult): Promise<AppendResult> {
    if (result.kind !== 'ok' || result.unheard === undefined) return result;
    return { kind: 'ok', unheard: await this.#openReadable(result.unheard) };
  }

  async #openReadable(messages: readonly InboxMessage[]): Promise<readonly InboxMessage[]> {
    const all = await Promise.all(messages.map((message) => this.#openMessage(message).catch(() => undefined)));
    return all.filter((message) => message !== undefined);
  }

  async load(runId: string, { raw = false, ...rest }: LoadOptions = {}): Promise<LoadedRun | undefined> {
    const loaded = await this.#journal.load(runId, { ...rest, raw: true });
    if (loaded === undefined) return undefined;
    const { summary, shape, entries, inbox } = loaded;
    const messages: InboxMessage[] = [];
    for (const message of inbox) messages.push(await this.#openMessage(message));
    return { summary: this.#summary(summary), shape, entries: this.#open(entries, raw), inbox: messages };
  }

  async find(by: { readonly runId: string } | { readonly key: string }): Promise<RunSummary | undefined> {
    const summary = await this.#journal.find(by);
    return summary === undefined ? undefined : this.#summary(summary);
  }

  async runs(filter: RunFilter): Promise<RunPage> {
    const page = await this.#journal.runs(filter);
    return { ...page, runs: this.#allListed(page.runs) };
  }

  async send(message: InboxMessage, options: SendOptions = {}): Promise<void> {
    const { payload } = message;
    const secrecy = options.secret === true ? 'whole' : 'none';
    const sealed = payload === undefined ? {} : { payload: await this.#transform.seal(payload, placeOf(message), secrecy) };
    await this.#journal.send({ ...message, ...sealed }, options);
  }

  /** A message that can't be read is not to stop a heartbeat: who loads its run gets the error. */
  async tick(params: TickParams): Promise<TickResult> {
    const { messages, watched, take, due, nowMs } = await this.#journal.tick(params);
    const found = {
      messages: await this.#openReadable(messages),
      watched: this.#allListed(watched),
      ...(nowMs === undefined ? {} : { nowMs }),
      ...(due === undefined ? {} : { due }),
    };
    if (take === undefined) return found;
    const { taken, owned, poisoned, ...rest } = take;
    return {
      ...found,
      take: { taken: this.#allListed(taken), owned: this.#allListed(owned), poisoned: this.#allListed(poisoned), ...rest },
    };
  }

  /** Nothing is begun with a claim here: who can't read the values of a run must not have begun it. */
  async claim({ openings: _, ...params }: ClaimRunsParams): Promise<ClaimRunsResult> {
    const { claimed, owned, poisoned, ...rest } = await this.#journal.claim(params);
    return { claimed: this.#allListed(claimed), owned: this.#allListed(owned), poisoned: this.#allListed(poisoned), ...rest };
  }

  async prune(params: PruneParams): Promise<PruneResult> {
    const result = await this.#journal.prune(params);
    await this.#transform.forget(result.runIds);
    return result;
  }

  async open(): Promise<void> {
    this.#transform.check();
    await this.#journal.open();
  }

  saveLogbook: Journal['saveLogbook'] = (logbook) => this.#journal.saveLogbook(logbook);
  logbooks: Journal['logbooks'] = (filter) => this.#journal.logbooks(filter);
  requeue: Journal['requeue'] = (runId) => this.#journal.requeue(runId);
  postedCounts: Journal['postedCounts'] = (flow) => this.#journal.postedCounts(flow);
  giveBack: Journal['giveBack'] = (owner, runIds, options) => this.#journal.giveBack(owner, runIds, options);
  release: Journal['release'] = (owner) => this.#journal.release(owner);
  close: Journal['close'] = () => this.#journal.close();

  async #seal(entry: Entry, secrets: Secrets | undefined): Promise<Entry> {
    const { runId, seq } = entry;
    const sealed = await mapValues(entry, (value, name) =>
      this.#transform.seal(value, { runId, seq, what: textOf(name) }, secrecyOf(secrets, name)),
    );
    const [first, ...rest] = sealed.transitions;
    if (first?.[0] !== 'CREATED') return sealed;
    const inputsHash = this.#sealHash(first[1].inputsHash, runId, secrets);
    return { ...sealed, transitions: [['CREATED', { ...first[1], inputsHash }], ...rest] };
  }

  #sealHash(hash: string, runId: string, secrets: Secrets | undefined): string {
    return this.#transform.sealHash(hash, runId, secrets !== undefined && secrets.inputs.size > 0);
  }

  async *#open(pages: AsyncIterable<readonly Entry[]>, raw: boolean): AsyncGenerator<readonly Entry[]> {
    for await (const page of pages) {
      const opened: Entry[] = [];
      for (const entry of page) opened.push(await this.#openEntry(entry, raw));
      yield opened;
    }
  }

  async #openEntry(entry: Entry, raw: boolean): Promise<Entry> {
    const { runId, seq } = entry;
    const opened = await mapValues(entry, (value, name) => this.#openValue(value, { runId, seq, what: textOf(name) }, raw));
    const [first, ...rest] = opened.transitions;
    if (first?.[0] !== 'CREATED') return opened;
    const inputsHash = this.#transform.openHash(first[1].inputsHash, runId);
    return { ...opened, transitions: [['CREATED', { ...first[1], inputsHash }], ...rest] };
  }

  async #openMessage(message: InboxMessage): Promise<InboxMessage> {
    const { payload } = message;
    return payload === undefined ? message : { ...message, payload: await this.#openValue(payload, placeOf(message), true) };
  }

  #openValue(value: Json, place: ValuePlace, raw: boolean): Json | Promise<Json> {
    const content = contentOf(this.#transform.marker, value);
    if (content !== undefined) return this.#transform.open(content, place);
    if (raw) return this.#transform.bare(value, place);
    return unwrappedInside(this.#transform.bare(unwrapped(value, place), place), place);
  }

  #summary<Run extends RunSummary>(run: Run): Run {
    return { ...run, inputsHash: this.#transform.openHash(run.inputsHash, run.runId) };
  }

  #allListed<Run extends RunSummary>(runs: readonly Run[]): readonly Run[] {
    return runs.map((run) => this.#listed(run));
  }

  /** A list is shown whatever one run in it is: who loads that one gets the error. */
  #listed<Run extends RunSummary>(run: Run): Run {
    try {
      return this.#summary(run);
    } catch {
      return run;
    }
  }
}

/** The same whenever the value is read. */
function textOf({ op, of }: ValueName): string {
  return of === undefined ? op : `${op} ${of}`;
}

function placeOf({ runId, id }: InboxMessage): ValuePlace {
  return { runId, seq: -1, what: `message ${id}` };
}
