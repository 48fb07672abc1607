import { type Queue, TransportError } from '../../transport/index.js';

/** What there is a stream for: queues, and the parts of what is larger than a message may be. */
export type Kind = Queue['kind'] | 'parts';

const NAME = /^[\w.@-]{1,200}$/;

/** The names of what this transport has in a broker: all begin with its prefix. */
export class NatsNames {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = token(prefix);
  }

  streamOf(kind: Kind): string {
    return `${this.#prefix}-${kind}`;
  }

  /** All subjects of a stream. */
  subjectsOf(kind: Kind): string {
    return `${this.#prefix}.${kind}.*`;
  }

  subjectOf({ kind, name }: { readonly kind: Kind; readonly name: string }): string {
    return `${this.#prefix}.${kind}.${checked(name)}`;
  }

  /** Of the consumer that all who consume a queue share. */
  consumerOf({ name }: Queue): string {
    return checked(name);
  }

  /** Where those who consume a queue are asked what they have in hand. */
  countsOf({ kind, name }: Queue): string {
    return `${this.#prefix}.counts.${kind}.${checked(name)}`;
  }

  topicOf(topic: string): string {
    return `${this.#prefix}.topics.${checked(topic)}`;
  }
}

function checked(name: string): string {
  if (NAME.test(name)) return token(name);
  const message = `a name in a broker has up to 200 letters, digits, and . _ @ -, and is not ${JSON.stringify(name)?.slice(0, 100)}`;
  throw new TransportError('TRANSPORT_REFUSED', message);
}

/** Dots part the subjects of NATS, and no stream or consumer has one. */
function token(name: string): string {
  return name.replaceAll('.', '~');
}
