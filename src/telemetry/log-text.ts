import { LOG_LEVELS, type Log, type LogFields, type LogLevel, type LogOptions, traceFields } from './log.ts';
import { safeFields } from './log-fields.ts';

type Options = Required<Pick<LogOptions, 'level' | 'clock' | 'write'>> & Pick<LogOptions, 'color'>;

const RESET = '\u001b[0m';
const DIM = '\u001b[2m';
const LEVEL_COLOR: Record<LogLevel, string> = {
  debug: '\u001b[90m',
  info: '\u001b[36m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: what would steer the terminal is what is taken out.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

const oneLine = (text: string): string => text.replace(CONTROL, ' ');

const shown = (value: unknown): string => {
  if (typeof value === 'string')
    return /^[\w.:/@[\]+-]+$/.test(value) ? value : JSON.stringify(oneLine(value));
  return oneLine(JSON.stringify(value) ?? String(value));
};

/** The stack of an error on lines of its own, so that it can be read; terminal controls never get through. */
const takeStack = (fields: Record<string, unknown>): string => {
  const err = fields.err as Record<string, unknown> | undefined;
  if (typeof err?.stack !== 'string') return '';
  const { stack, ...rest } = err;
  fields.err = rest;
  return String(stack)
    .split('\n')
    .slice(1)
    .map((line) => `\n    ${oneLine(line).trim()}`)
    .join('');
};

/** One readable line: time of day, level, message, fields. */
export const textLog = ({ level, clock, write, color = false }: Options): Log => {
  const paint = (code: string, text: string): string => (color ? `${code}${text}${RESET}` : text);
  const least = LOG_LEVELS.indexOf(level);
  const over = (given: LogFields): Log => {
    const line = (lineLevel: LogLevel) => (fields: LogFields, message: string) => {
      if (LOG_LEVELS.indexOf(lineLevel) < least) return;
      const safe = safeFields({ ...given, ...fields }, { addresses: lineLevel === 'debug' });
      const stack = takeStack(safe);
      const pairs = Object.entries({ ...safe, ...traceFields() })
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => ` ${key}=${shown(value)}`)
        .join('');
      const time = clock.now().slice(11, 23);
      const head = `${paint(DIM, time)} ${paint(LEVEL_COLOR[lineLevel], lineLevel.padEnd(5))}`;
      write(`${head} ${oneLine(message)}${paint(DIM, `${pairs}${stack}`)}\n`);
    };
    return {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      child: (fields) => over({ ...given, ...fields }),
    };
  };
  return over({});
};
