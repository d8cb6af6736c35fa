import {
  type Context,
  context,
  type Span,
  TraceFlags,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { Random } from '#std/random.ts';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

/** Never all zeros, which would be no id at all. */
const hexId = (random: Random, bytes: number): string => {
  const id = Buffer.from(random.bytes(bytes)).toString('hex');
  return /[1-9a-f]/.test(id) ? id : hexId(random, bytes);
};

/** Spans that are ids alone: nothing is recorded, yet logs, jobs and errors of one piece of work share a trace id. */
export const idsOnly = (random: Random): TracerProvider => {
  const startSpan = (within: Context): Span => {
    const parent = trace.getSpanContext(within);
    return trace.wrapSpanContext({
      traceId: parent?.traceId ?? hexId(random, TRACE_ID_BYTES),
      spanId: hexId(random, SPAN_ID_BYTES),
      traceFlags: parent?.traceFlags ?? TraceFlags.NONE,
    });
  };
  const tracer: Tracer = {
    startSpan: (_name, _options, within = context.active()) => startSpan(within),
    startActiveSpan: (...given: unknown[]) => {
      const fn = given.at(-1) as (open: Span) => unknown;
      const within = given.length > 3 ? (given[2] as Context) : context.active();
      const open = startSpan(within);
      // The overloads of the interface can't be written as one arrow function.
      return context.with(trace.setSpan(within, open), () => fn(open)) as never;
    },
  };
  return { getTracer: () => tracer };
};
