import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { ManualClock } from '#std/clock.ts';
import { listenForStop } from './stop-signals.ts';

const fakeProcess = () => {
  const exits: number[] = [];
  const emitter = new EventEmitter();
  const on = Object.assign(emitter, { exit: (code: number) => exits.push(code) });
  return { on: on as unknown as NodeJS.Process, emitter, exits };
};

test('the first signal asks to stop, a later second one ends at once', () => {
  const { on, emitter, exits } = fakeProcess();
  const clock = new ManualClock();
  using stop = listenForStop(clock, on);
  emitter.emit('SIGINT');
  expect(stop.signal.aborted).toBe(true);
  expect(exits).toEqual([]);
  clock.advance(1_000);
  emitter.emit('SIGINT');
  expect(exits).toEqual([130]);
});

test('a signal that came twice is one', () => {
  const { on, emitter, exits } = fakeProcess();
  const clock = new ManualClock();
  using stop = listenForStop(clock, on);
  emitter.emit('SIGINT');
  clock.advance(50);
  emitter.emit('SIGTERM');
  expect(stop.signal.aborted).toBe(true);
  expect(exits).toEqual([]);
});

test('nothing listens afterwards', () => {
  const { on, emitter } = fakeProcess();
  listenForStop(new ManualClock(), on)[Symbol.dispose]();
  expect(emitter.eventNames()).toEqual([]);
});
