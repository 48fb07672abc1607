import type { FlowEvent } from '../engine/index.js';
import { printableJson } from '../model/text/printable.js';
import { fieldsOf } from './event-fields.js';
import type { LogLevel } from './event-level.js';
import { shownText, textOf } from './event-text.js';

const COLORS: Readonly<Record<LogLevel | 'dim', string>> = { debug: '90', info: '36', warn: '33', error: '31', dim: '90' };

/** What an event is about, and what it says: the message of a log. */
export function messageOf(event: FlowEvent): string {
  const about = [event.flow, event.runId].filter((name) => name !== undefined).map(shownText);
  return [...about, textOf(event)].join(' ');
}

/** For people: one line. */
export function prettyLine(event: FlowEvent, level: LogLevel, color: boolean): string {
  const paint = (name: keyof typeof COLORS, text: string): string => (color ? `\x1b[${COLORS[name]}m${text}\x1b[0m` : text);
  return `${paint('dim', timeOf(event.atMs).slice(11, 23))} ${paint(level, level.toUpperCase().padEnd(5))} ${messageOf(event)}`;
}

/** For programs: one line of JSON. */
export function jsonLine(event: FlowEvent, level: LogLevel): string {
  const { atMs, ...fields } = fieldsOf(event);
  return printableJson({ time: timeOf(event.atMs), level, msg: messageOf(event), ...fields });
}

function timeOf(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
