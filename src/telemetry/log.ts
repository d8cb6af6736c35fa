import { trace } from '@opentelemetry/api';
import type { Clock } from '#std/clock.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Facts beside a message. Mail text never goes in; tokens and addresses are taken out, see `safeFields`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Messages are constant sentences; what changes goes into the fields. An error goes in as `err`. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A log whose lines carry these fields too. */
  child(fields: LogFields): Log;
}

export interface LogOptions {
  /** json for machines, text for people. */
  format: 'json' | 'text';
  level: LogLevel;
  clock: Clock;
  /** Takes one line, its newline included. stderr when left out. */
  write?: (line: string) => void;
  /** For text only; see `wantsColor`. */
  color?: boolean;
}

/** Whether colours are wanted: https://no-color.org, and only on a terminal. */
export const wantsColor = (env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean =>
  isTerminal && !env.NO_COLOR && env.TERM !== 'dumb';

/** The ids of the span that is open, for a line of the log. */
export const traceFields = (): { trace_id?: string; span_id?: string } => {
  const context = trace.getActiveSpan()?.spanContext();
  return context ? { trace_id: context.traceId, span_id: context.spanId } : {};
};

let listening = false;

const toStderr = (line: string): void => {
  if (!listening) {
    // A reader that went away (`ashford start 2>&1 | head`) must not end the process.
    process.stderr.on('error', () => {});
    listening = true;
  }
  process.stderr.write(line);
};

/** The log of the process. Only the chosen format is loaded. */
export const openLog = async ({ write = toStderr, ...options }: LogOptions): Promise<Log> =>
  options.format === 'json'
    ? (await import('./log-json.ts')).jsonLog({ ...options, write })
    : (await import('./log-text.ts')).textLog({ ...options, write });
