import type { FlowEvent, Listener } from '../engine/index.js';
import { inWords } from '../model/in-words.js';
import { fieldsOf } from './event-fields.js';
import { LOG_LEVELS, type LogLevel, levelOf } from './event-level.js';
import { jsonLine, messageOf, prettyLine } from './lines.js';
import { type ConsoleLike, isOwnConsole, ownConsole, streamOf, wantsColor } from './streams.js';

/** A logger that takes fields and a message, as pino's does. One that has `isLevelEnabled` is not called in vain. */
export interface FieldLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  isLevelEnabled?(level: string): boolean;
}

export interface LogOptions {
  /**
   * What is less than this is left out: of `debug`, `info`, `warn` and `error`. Default: `info` for the console; for a logger of yours `debug`, as
   * it has a level of its own.
   */
  readonly level?: LogLevel;
}

/**
 * A listener that writes what becomes of runs into a log. Runs are `info`; tasks, and what they say, `debug`; what goes wrong is
 * `warn`, and `error` where a person has to do something.
 *
 * The console gets lines for people on a terminal, and elsewhere one line of JSON for each event; a logger of pino's shape gets the
 * fields of the event and a message. What tasks returned is in neither. No name or text of yours can break a line, or is obeyed by a terminal.
 *
 * @param logger Default: the console
 * @throws TypeError for what is no logger, or no level
 *
 * @example
 * ```ts
 * import { flowproof, memory } from 'flowproof';
 * import { log } from 'flowproof/listeners';
 *
 * const app = flowproof({ persistence: memory(), flows: [], onEvent: log(console, { level: 'debug' }) });
 * await app.stop();
 * ```
 */
export function log(logger: FieldLogger | ConsoleLike = ownConsole(), { level }: LogOptions = {}): Listener {
  for (const method of LOG_LEVELS)
    if (typeof (logger as Partial<FieldLogger> | null)?.[method] !== 'function')
      throw new TypeError(`log(${inWords(logger)}): a logger has debug, info, warn and error, as the console and pino have`);
  const isConsole = isConsoleLike(logger);
  const least = LOG_LEVELS.indexOf(level ?? (isConsole ? 'info' : 'debug'));
  if (least < 0) throw new TypeError(`level of log() is ${inWords(level)}: it must be one of ${LOG_LEVELS.join(', ')}`);
  const write = isConsole ? toConsole(logger) : toLogger(logger as FieldLogger);
  return (event) => {
    const its = levelOf(event);
    if (LOG_LEVELS.indexOf(its) >= least) write(event, its);
  };
}

function toConsole(logger: ConsoleLike): (event: FlowEvent, level: LogLevel) => void {
  const isOwn = isOwnConsole(logger);
  return (event, level) => {
    const stream = streamOf(level);
    // Another console writes who knows where.
    const isForPeople = isOwn && stream.isTTY === true;
    logger[level](isForPeople ? prettyLine(event, level, wantsColor(stream)) : jsonLine(event, level));
  };
}

function toLogger(logger: FieldLogger): (event: FlowEvent, level: LogLevel) => void {
  return (event, level) => {
    if (logger.isLevelEnabled?.(level) === false) return;
    logger[level](fieldsOf(event), messageOf(event));
  };
}

/** It takes one text: a console has ways to show that no logger has. */
function isConsoleLike(logger: object): logger is ConsoleLike {
  return typeof (logger as Partial<ConsoleLike>).table === 'function';
}
