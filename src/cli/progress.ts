import type { Clock } from '#std/clock.ts';
import type { Terminal } from './terminal.ts';
import { bytes, count, cut, oneLine, span } from './text.ts';

const DRAW_MS = 100;
const LINE_MS = 5_000;
const BAR_COLUMNS = 24;
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
    const columns = Number.isFinite(term.columns) ? term.columns : 80;
    term.err(`\r\u001b[2K${cut(text, columns - 1)}`);
    this.#open = true;
  }

  /** What is shown for a step. */
  line(step: Step): string {
    const { label, unit, term, clock } = this.#o;
    const elapsed = clock.ms() - this.#startMs;
    const part = step.total > 0 ? Math.min(1, step.done / step.total) : 0;
    const filled = Math.round(part * BAR_COLUMNS);
    const bar = term.errIsTerminal ? ` ${'█'.repeat(filled)}${'░'.repeat(BAR_COLUMNS - filled)}` : '';
    const parts = [`${oneLine(label)}${bar} ${String(Math.floor(part * 100)).padStart(3)} %`];
    const inUnit = unit === 'bytes' ? bytes(step.done) : `${count(step.done)} ${unit}`;
    parts.push(step.messages === undefined ? inUnit : `${count(step.messages)} messages, ${inUnit}`);
    if (elapsed >= RATE_MS) parts.push(...this.#pace(step, elapsed));
    return parts.join('  ');
  }

  #pace(step: Step, elapsed: number): string[] {
    const { unit } = this.#o;
    const perMs = (step.done - (this.#first?.done ?? 0)) / elapsed;
    const rates: string[] = [];
    if (step.messages !== undefined) {
      const messages = step.messages - (this.#first?.messages ?? 0);
      rates.push(`${count((messages * 1000) / elapsed)} messages/s`);
    }
    rates.push(unit === 'bytes' ? `${bytes(perMs * 1000)}/s` : `${count(perMs * 1000)}/s`);
    const left = perMs > 0 ? (step.total - step.done) / perMs : Number.NaN;
    return Number.isFinite(left) && left > 0 ? [...rates, `${span(left)} left`] : rates;
  }
}
