import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { readRunFile } from './run-file.ts';

const ANSWER_MS = 2_000;

const answers = async (url: string, clock: Clock): Promise<boolean> => {
  const late = new AbortController();
  const cancel = clock.after(ANSWER_MS, () => late.abort());
  try {
    await fetch(`${url}/healthz`, { signal: late.signal });
    return true;
  } catch {
    // Its process id belongs to something else by now, or it is about to end.
    return false;
  } finally {
    cancel();
  }
};

/**
 * Throws `cli.already-serves` when a server answers for this data folder. A second one would do no harm to the mail, but
 * the command line could reach one of them only, and lose it when the other stops.
 */
export const refuseSecond = async (dataDir: string, clock: Clock): Promise<void> => {
  const running = readRunFile(dataDir);
  // In a container the process before us may have had our id.
  if (!running || running.pid === process.pid || !(await answers(running.url, clock))) return;
  throw new AppError(
    'conflict',
    'cli.already-serves',
    `Ashford already serves this data folder at ${running.url}`,
    {
      help: '`ashford open` opens it, and `ashford worker` helps it with its work. For another installation choose another folder: --data-dir.',
      fields: { pid: running.pid },
    },
  );
};
