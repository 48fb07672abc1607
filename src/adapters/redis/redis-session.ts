import type { Ending, Member, SessionDriver, Taken } from '../../boards/index.js';
import type { RedisScripts } from './client.js';
import { readJob } from './read-job.js';

export class RedisSession implements SessionDriver {
  readonly #scripts: RedisScripts;
  readonly #member: Member;
  readonly #dedupeMs: number;
  #requests = 0;

  constructor(scripts: RedisScripts, member: Member, dedupeMs: number) {
    this.#scripts = scripts;
    this.#member = member;
    this.#dedupeMs = dedupeMs;
  }

  async renew(): Promise<boolean> {
    return (await this.#scripts.run('renew', this.#member.id, this.#member.leaseMs)) === 1;
  }

  async claim(flows: readonly string[], limit: number): Promise<readonly Taken[]> {
    const { id, who } = this.#member;
    return this.#taken(await this.#scripts.run('claim', id, wholeText(who), String(++this.#requests), limit, ...flows));
  }

  async held(): Promise<readonly Taken[]> {
    return this.#taken(await this.#scripts.run('held', this.#member.id));
  }

  async end(id: string, token: string, ending: Ending): Promise<boolean> {
    const answer = await this.#scripts.run('end', this.#scripts.channel, this.#member.id, id, token, ...this.#argsOf(ending));
    return answer === 1;
  }

  async leave(): Promise<void> {
    await this.#scripts.run('leave', this.#member.id);
  }

  drop(): void {}

  #argsOf(ending: Ending): readonly (string | number)[] {
    switch (ending.kind) {
      case 'consume':
        return ['consume', this.#dedupeMs];
      case 'abandon':
        return ['abandon', ending.delayMs, ending.counted ? '1' : '0', wholeText(ending.reason ?? '')];
      case 'trash':
        return ['trash', wholeText(ending.reason.code), wholeText(ending.reason.message)];
    }
  }

  /** Jobs that can be read; the others go into the trash. */
  async #taken(answer: unknown): Promise<readonly Taken[]> {
    const taken: Taken[] = [];
    for (const [id, token, text, posted, claims, losses] of answer as readonly [string, string, string, string, number, number][]) {
      const job = readJob(text, Number(posted));
      if (typeof job !== 'string') taken.push({ job, token, claims, losses });
      else await this.end(id, token, { kind: 'trash', reason: { code: 'UNREADABLE', message: job } });
    }
    return taken;
  }
}

/** Text that Redis' JSON takes: without halves of characters. */
function wholeText(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}
