import type { Clock } from '#std/clock.ts';
import type { Terminal } from './terminal.ts';
import { bytes, count, cut, oneLine, span, widthOf } from './text.ts';

const DRAW_MS = 100;
const LINE_MS = 5_000;
const BAR_COLUMNS = 24;
const BAR_LEAST = 6;
const DEFAULT_COLUMNS = 80;
/** A rate over less than this says nothing. */
const RATE_MS = 500;

export interface Step {
  /** Part of the total, in its unit. */
  done: number;
  total: number;
  /** Messages so far, when they are counted beside the unit. */
  messages?: number;
}

export interface ProgressOptions {
  term: Pick<Terminal, 'err' | 'errIsTerminal' | 'columns'>;
  clock: Clock;
  label: string;
  /** What is measured: bytes, or things of this name. */
  unit: 'bytes' | (string & {});
  /** Write nothing at all. */
  quiet?: boolean;
}

/** A bar on a terminal, now and then a line elsewhere. Both go to the standard error output. */
export class Progress {
  readonly #o: ProgressOptions;
  readonly #startMs: number;
  #first: Step | undefined;
  #last: Step | undefined;
  #shownMs = Number.NEGATIVE_INFINITY;
  #open = false;

  constructor(options: ProgressOptions) {
    this.#o = options;
    this.#startMs = options.clock.ms();
  }

  update(step: Step): void {
    // What an earlier run had done says nothing about the pace of this one.
    this.#first ??= step;
    this.#last = step;
    const now = this.#o.clock.ms();
    const every = this.#o.term.errIsTerminal ? DRAW_MS : LINE_MS;
    if (now - this.#shownMs < every) return;
    const isFirst = this.#shownMs === Number.NEGATIVE_INFINITY;
    this.#shownMs = now;
    if (!isFirst || this.#o.term.errIsTerminal) this.#show();
  }

  /** Ends the bar at where it is. */
  end(): void {
    if (this.#o.term.errIsTerminal && this.#last) this.#show();
    if (this.#open) this.#o.term.err('\n');
    this.#open = false;
  }

  /** Takes the bar away, so that something else can be written. */
  clear(): void {
    if (this.#open) this.#o.term.err('\r\u001b[2K');
    this.#open = false;
  }

  #show(): void {
    const { term, quiet } = this.#o;
    if (quiet || !this.#last) return;
    const text = this.line(this.#last);
    if (!term.errIsTerminal) {
      term.err(`${text}\n`);
      return;
    }
    term.err(`\r\u001b[2K${text}`);
    this.#open = true;
  }

  /** What is shown for a step. */
  line(step: Step): string {
    const { label, term } = this.#o;
    const part = step.total > 0 ? Math.min(1, step.done / step.total) : 0;
    const percent = `${String(Math.floor(part * 100)).padStart(3)} %`;
    const rest = [percent, ...this.#amounts(step)].join('  ');
    const head = oneLine(label);
    if (!term.errIsTerminal) return `${head} ${rest}`;
    const columns = Number.isFinite(term.columns) ? term.columns : DEFAULT_COLUMNS;
    const room = Math.min(BAR_COLUMNS, columns - 1 - widthOf(head) - widthOf(rest) - 2);
    if (room < BAR_LEAST) return cut(`${head} ${rest}`, columns - 1);
    const filled = Math.round(part * room);
    return `${head} ${'█'.repeat(filled)}${'░'.repeat(room - filled)} ${rest}`;
  }

  /** How much there is so far, each with its pace, and the time that is left. */
  #amounts(step: Step): string[] {
    const { unit, clock } = this.#o;
    const elapsed = clock.ms() - this.#startMs;
    const paced = elapsed >= RATE_MS;
    const perMs = (step.done - (this.#first?.done ?? 0)) / elapsed;
    const amounts: string[] = [];
    if (step.messages !== undefined) {
      const pace = ((step.messages - (this.#first?.messages ?? 0)) * 1000) / elapsed;
      amounts.push(`${count(step.messages)} messages${paced ? ` (${count(pace)}/s)` : ''}`);
    }
    const shown = (n: number) => (unit === 'bytes' ? bytes(n) : count(n));
    const name = unit === 'bytes' ? '' : ` ${unit}`;
    amounts.push(`${shown(step.done)}${name}${paced ? ` (${shown(perMs * 1000)}/s)` : ''}`);
    const left = paced && perMs > 0 ? (step.total - step.done) / perMs : 0;
    return left > 0 ? [...amounts, `${span(left)} left`] : amounts;
  }
}
