import { systemClock } from '../model/clock.js';
import { inWords } from '../model/in-words.js';
import { TransportError } from './transport-error.js';

/** What every transport by a broker is given. */
export interface BrokerOptions {
  readonly prefix: string;
  readonly deliveryLimit: number;
  readonly timeoutMs: number;
}

const PREFIX = /^[\w.-]{1,100}$/;
const DEFAULTS: BrokerOptions = { prefix: 'flowproof', deliveryLimit: 20, timeoutMs: 10_000 };

/**
 * Those that were given, and for the others the defaults that all brokers have.
 *
 * @param caller the function that was given them, as sentences name it
 * @throws TypeError, RangeError when one makes no sense
 */
export function brokerOptions(caller: string, given: { readonly [Name in keyof BrokerOptions]?: unknown }): BrokerOptions {
  const prefix = given.prefix ?? DEFAULTS.prefix;
  if (typeof prefix !== 'string' || !PREFIX.test(prefix))
    throw new TypeError(`${caller}(url, { prefix: ${inWords(prefix)} }): give up to 100 letters, digits, and . _ -`);
  return {
    prefix,
    deliveryLimit: checkedNumber(
      caller,
      'deliveryLimit',
      given.deliveryLimit ?? DEFAULTS.deliveryLimit,
      'a whole number of at least 1',
      (n) => Number.isInteger(n),
    ),
    timeoutMs: checkedNumber(caller, 'timeoutMs', given.timeoutMs ?? DEFAULTS.timeoutMs, 'a number of milliseconds, at least 1'),
  };
}

/** @throws RangeError when it is no such number of at least 1 */
export function checkedNumber(
  caller: string,
  name: string,
  value: unknown,
  wanted: string,
  fits: (value: number) => boolean = Number.isFinite,
): number {
  if (typeof value === 'number' && value >= 1 && fits(value)) return value;
  throw new RangeError(`${caller}(url, { ${name}: ${inWords(value)} }): give ${wanted}`);
}

/** The answer of a broker, or `TRANSPORT_UNREACHABLE` when there is none in time: a connection that is cut answers nothing for a while. */
export function answerWithin<T>(timeoutMs: number, what: string, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new TransportError('TRANSPORT_UNREACHABLE', `${what} had no answer within ${timeoutMs} ms`));
    const cancel = systemClock.after(timeoutMs, late, { keepsAlive: false });
    answer.then(resolve, reject).finally(cancel);
  });
}
