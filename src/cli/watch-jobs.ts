import { JOB_WATCH_MS } from '#config/limits.ts';
import { type QueueView, watchQueue } from '#queue/watch.ts';
import { parseDuration } from '#std/time.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { OK } from './report.ts';
import { listenForStop } from './stop-signals.ts';
import type { Terminal } from './terminal.ts';
import { watchFrame, watchLine } from './watch-text.ts';

/** Shows one picture after the other, and leaves the last one behind. */
interface Screen {
  show(view: QueueView): void;
  end(): void;
}

const ALTERNATE = '\u001b[?1049h\u001b[?25l';
const BACK = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** A page of its own, each picture written over the one before, so that nothing flickers. */
const drawn = (term: Terminal): Screen => {
  let last = '';
  term.out(ALTERNATE);
  return {
    show: (view) => {
      last = watchFrame(term, view);
      const lines = last.trimEnd().split('\n').slice(0, term.rows);
      term.out(HOME + lines.map((line) => line + CLEAR_LINE).join('\n') + CLEAR_BELOW);
    },
    end: () => term.out(BACK + last),
  };
};

const lines = (term: Terminal, text: (view: QueueView) => string): Screen => ({
  show: (view) => term.out(`${text(view)}\n`),
  end: () => {},
});

const screenOf = ({ term, json }: CommandContext): Screen => {
  if (json) return lines(term, (view) => JSON.stringify(view));
  return term.outIsTerminal ? drawn(term) : lines(term, watchLine);
};

/** Looks about every second until it is stopped, or the time is over. */
export const watchJobsCommand = (context: CommandContext, { options }: Input): Promise<number> => {
  const given = options.text('for');
  const forMs = given === undefined ? Number.POSITIVE_INFINITY : parseDuration(given);
  return context.withApp(async (app) => {
    const { clock } = app;
    using stop = listenForStop(clock);
    const endMs = clock.ms() + forMs;
    const watch = watchQueue(app.db);
    const screen = screenOf(context);
    try {
      while (!stop.signal.aborted) {
        const startMs = clock.ms();
        screen.show(await watch.look(startMs));
        const nextMs = startMs + JOB_WATCH_MS;
        if (nextMs > endMs) break;
        await clock.sleep(Math.max(0, nextMs - clock.ms()), stop.signal).catch(() => {});
      }
    } finally {
      screen.end();
    }
    return OK;
  });
};
