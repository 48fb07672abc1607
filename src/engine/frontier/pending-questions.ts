import type { Question } from '../state/protocol.js';

/** Questions that the user's code was asked and has not answered. Not stored: a new engine asks again. */
export class PendingQuestions {
  #open = new Map<string, { readonly id: number; readonly question: Question }>();
  #asked = 0;

  get size(): number {
    return this.#open.size;
  }

  copy(): PendingQuestions {
    const copy = new PendingQuestions();
    copy.#open = new Map(this.#open);
    copy.#asked = this.#asked;
    return copy;
  }

  /** Notes that it is asked; gives the number of the question. */
  ask(question: Question): number {
    const id = ++this.#asked;
    this.#open.set(keyOf(question), { id, question });
    return id;
  }

  isOpen(question: Question): boolean {
    return this.#open.has(keyOf(question));
  }

  /** Whether the question is open under this number; it is closed then. */
  answered(question: Question, id: number): boolean {
    const key = keyOf(question);
    return this.#open.get(key)?.id === id && this.#open.delete(key);
  }

  /** Answers to these questions are not wanted any more. */
  forget(which: (question: Question) => boolean): void {
    for (const [key, { question }] of this.#open) if (which(question)) this.#open.delete(key);
  }
}

function keyOf(question: Question): string {
  switch (question.about) {
    case 'node':
      return `node ${question.decider}`;
    case 'failure':
      return `failure ${question.retry} ${question.failed} ${question.via}`;
    case 'signal':
      // One at a time: of several of one name it is the oldest that is heard.
      return `signal ${question.name}`;
  }
}
