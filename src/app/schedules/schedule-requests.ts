import type { Journal, ScheduleChange, ScheduleStore, StoredSchedule } from '../../persistence/index.js';
import { firingsOf, firstOf, ScheduleError } from '../../schedules/index.js';
import { type ScheduleInfo, scheduleInfoOf, specOf } from './schedule-info.js';

/** So often another process may change it in between. */
const MAX_TRIES = 20;

/** What an operator does with schedules, without their flows. */
export class ScheduleRequests {
  readonly #journal: Pick<Journal, 'schedules'>;
  readonly #declares: (stored: StoredSchedule) => boolean;

  /** @param declares whether who asks declares it so */
  constructor(journal: Pick<Journal, 'schedules'>, declares: (stored: StoredSchedule) => boolean = () => false) {
    this.#journal = journal;
    this.#declares = declares;
  }

  async list(): Promise<readonly ScheduleInfo[]> {
    const { schedules = [] } = (await this.#journal.schedules?.list()) ?? {};
    return schedules.map((one) => scheduleInfoOf(one, this.#declares(one)));
  }

  pause(name: string): Promise<void> {
    return this.#change(name, ({ paused }) => (paused ? undefined : { paused: true }));
  }

  resume(name: string): Promise<void> {
    return this.#change(name, (stored, nowMs) => {
      const next = (): number | undefined => firstOf(firingsOf(specOf(stored).timing), nowMs);
      return stored.paused ? { paused: false, nextAtMs: next() ?? null } : undefined;
    });
  }

  async remove(name: string): Promise<void> {
    await this.find(name);
    await this.#store(name).remove(name);
  }

  /** @throws ScheduleError `SCHEDULE_NOT_FOUND` */
  async find(name: string): Promise<{ readonly stored: StoredSchedule; readonly nowMs: number }> {
    const { schedules, nowMs } = await this.#store(name).list([name]);
    const [stored] = schedules;
    if (stored === undefined) throw new ScheduleError('SCHEDULE_NOT_FOUND', name, 'the store has none of this name');
    return { stored, nowMs };
  }

  async #change(name: string, change: (stored: StoredSchedule, nowMs: number) => ScheduleChange | undefined): Promise<void> {
    for (let tries = 1; tries <= MAX_TRIES; tries++) {
      const { stored, nowMs } = await this.find(name);
      const wanted = change(stored, nowMs);
      if (wanted === undefined || (await this.#store(name).change(name, stored.revision, wanted))) return;
    }
    throw new ScheduleError('SCHEDULE_CONFLICT', name, 'others change it all the time: try again');
  }

  #store(name: string): ScheduleStore {
    const { schedules } = this.#journal;
    if (schedules === undefined) throw new ScheduleError('SCHEDULE_NOT_FOUND', name, 'the store of this app keeps no schedules');
    return schedules;
  }
}
