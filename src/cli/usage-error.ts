import { AppError } from '#std/errors.ts';

/** The command line can't be understood: exit code 2. */
export class UsageError extends AppError {
  constructor(message: string, help?: string) {
    super('input', 'cli.usage', message, { help: help ?? 'Add --help to see how it is used.' });
    this.name = 'UsageError';
  }
}
