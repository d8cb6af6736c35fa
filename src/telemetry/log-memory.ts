import type { Log, LogFields, LogLevel } from './log.ts';
import { safeFields } from './log-fields.ts';

export interface LogLine {
  level: LogLevel;
  message: string;
  fields: Record<string, unknown>;
}

export interface MemoryLog extends Log, Disposable {
  readonly lines: readonly LogLine[];
  /** Says that error lines with this text in their message are what the test is about. */
  expectErrors(text: string): void;
  /** Throws when there are error lines that nobody expected. */
  assertNoErrors(): void;
}

/** A log for tests: `using log = memoryLog()` fails the test on error lines that it does not expect. */
export const memoryLog = (): MemoryLog => {
  const lines: LogLine[] = [];
  const expected: string[] = [];
  const over = (given: LogFields): Log => {
    const line = (level: LogLevel) => (fields: LogFields, message: string) => {
      lines.push({
        level,
        message,
        fields: safeFields({ ...given, ...fields }, { addresses: level === 'debug' }),
      });
    };
    return {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
      child: (fields) => over({ ...given, ...fields }),
    };
  };
  const assertNoErrors = (): void => {
    const unexpected = lines.filter(
      ({ level, message }) => level === 'error' && !expected.some((text) => message.includes(text)),
    );
    if (unexpected.length === 0) return;
    const told = unexpected.map(({ message, fields }) => `  ${message} ${JSON.stringify(fields)}`).join('\n');
    throw new Error(`Unexpected errors in the log:\n${told}`);
  };
  return {
    ...over({}),
    lines,
    expectErrors: (text) => void expected.push(text),
    assertNoErrors,
    [Symbol.dispose]: assertNoErrors,
  };
};
