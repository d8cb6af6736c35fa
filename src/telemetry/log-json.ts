import { pino } from 'pino';
import { type Log, type LogFields, type LogLevel, type LogOptions, traceFields } from './log.ts';
import { safeFields } from './log-fields.ts';

type Options = Required<Pick<LogOptions, 'level' | 'clock' | 'write'>>;

/** One JSON object a line: time, level, msg, the fields, and the ids of the open span. */
export const jsonLog = ({ level, clock, write }: Options): Log => {
  const base = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${clock.now()}"`,
      formatters: { level: (label) => ({ level: label }) },
      mixin: traceFields,
      serializers: { err: (err) => err },
    },
    { write },
  );
  const over = (given: LogFields): Log => {
    const line = (lineLevel: LogLevel) => (fields: LogFields, message: string) => {
      if (!base.isLevelEnabled(lineLevel)) return;
      base[lineLevel](safeFields({ ...given, ...fields }, { addresses: lineLevel === 'debug' }), message);
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
