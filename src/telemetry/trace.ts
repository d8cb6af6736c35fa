import { type Attributes, context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { isAppError } from '#std/errors.ts';

/** Names follow the OpenTelemetry conventions (messaging.*, gen_ai.*, http.*, db.*). Never mail content, never addresses. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface OpenSpan {
  set(attributes: SpanAttributes): void;
}

const known = (attributes: SpanAttributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

/** Only what the error is called: its words could hold anything. */
const errorType = (error: unknown): string => {
  if (isAppError(error)) return error.code;
  return error instanceof Error ? error.name : typeof error;
};

const fail = (open: Span, error: unknown): void => {
  open.setAttribute('error.type', errorType(error));
  open.setStatus({ code: SpanStatusCode.ERROR });
};

/** Runs `fn` in a span of its own, a child of the open one. What `fn` throws is noted by its type and thrown on. */
export const span = async <T>(
  name: string,
  attributes: SpanAttributes,
  fn: (open: OpenSpan) => T | Promise<T>,
): Promise<T> => {
  const tracer = trace.getTracer('ashford');
  return tracer.startActiveSpan(name, { attributes: known(attributes) }, async (open) => {
    try {
      return await fn({ set: (more) => void open.setAttributes(known(more)) });
    } catch (error) {
      fail(open, error);
      throw error;
    } finally {
      open.end();
    }
  });
};

/** 32 hexadecimal digits, undefined outside of any span. */
export const currentTraceId = (): string | undefined => trace.getSpanContext(context.active())?.traceId;

/** The open span as a W3C `traceparent` header, undefined outside of any span. */
export const currentTraceparent = (): string | undefined => {
  const open = trace.getSpanContext(context.active());
  if (!open) return undefined;
  return `00-${open.traceId}-${open.spanId}-${open.traceFlags.toString(16).padStart(2, '0')}`;
};

const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/**
 * Runs `fn` as a continuation of the trace that a `traceparent` names (W3C Trace Context §3.2). Whatever is not one is
 * ignored: a damaged header never fails the work that carries it.
 */
export const withTraceparent = <T>(traceparent: string | null | undefined, fn: () => T): T => {
  const found = TRACEPARENT.exec(traceparent ?? '');
  if (!found?.[1] || !found[2]) return fn();
  const remote = {
    traceId: found[1],
    spanId: found[2],
    traceFlags: Number.parseInt(found[3] ?? '0', 16) & 1,
    isRemote: true,
  };
  return context.with(trace.setSpanContext(context.active(), remote), fn);
};
