import { claimedBy, givenBack, putInTrash } from '../record/job-record.js';
import type { Ending, Member, SessionDriver, Taken } from '../session/driver.js';
import type { JobTable, Slot } from './job-table.js';

export class MemorySession implements SessionDriver {
  readonly #table: JobTable;
  readonly #member: Member;

  constructor(table: JobTable, member: Member) {
    this.#table = table;
    this.#member = member;
  }

  async renew(): Promise<boolean> {
    if (!this.#table.isAlive(this.#member.id)) return false;
    this.#table.renew(this.#member.id, this.#member.leaseMs);
    return true;
  }

  async claim(flows: readonly string[], limit: number): Promise<readonly Taken[]> {
    this.#table.demandLife(this.#member.id);
    const slots = this.#table.free(flows).slice(0, limit);
    for (const slot of slots) {
      slot.record = claimedBy(slot.record, this.#member.who, this.#table.clock.nowMs());
      slot.session = this.#member.id;
      slot.token++;
    }
    return slots.map(takenOf);
  }

  async held(): Promise<readonly Taken[]> {
    return [...this.#table.slots.values()].filter(({ session }) => session === this.#member.id).map(takenOf);
  }

  async end(id: string, token: string, ending: Ending): Promise<boolean> {
    const slot = this.#table.slots.get(id);
    if (slot === undefined) return ending.kind === 'consume' && this.#table.wasConsumed(id, Number(token));
    if (slot.session !== this.#member.id || String(slot.token) !== token || !this.#table.isAlive(this.#member.id)) return false;
    slot.session = undefined;
    const nowMs = this.#table.clock.nowMs();
    switch (ending.kind) {
      case 'consume':
        this.#table.consume(id, slot.token);
        return true;
      case 'trash':
        slot.record = putInTrash(slot.record, nowMs, ending.reason);
        return true;
      case 'abandon': {
        const { delayMs, ...rest } = ending;
        slot.record = givenBack(slot.record, nowMs, { ...rest, ...(delayMs > 0 && { dueAtMs: nowMs + delayMs }) });
        if (delayMs === 0) this.#table.news();
        return true;
      }
    }
  }

  async leave(): Promise<void> {
    this.#table.endSession(this.#member.id);
  }

  drop(): void {}
}

function takenOf({ record, token }: Slot): Taken {
  return { job: record.job, token: String(token), claims: record.claims, losses: record.losses };
}
