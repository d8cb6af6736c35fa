import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  type SpanExporter,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { OTLP_TIMEOUT_MS, SPAN_QUEUE } from '#config/limits.ts';
import type { Log } from './log.ts';
import type { ResourceAttributes } from './start.ts';

interface Options {
  /** Root of the collector. */
  endpoint: string;
  attributes: ResourceAttributes;
  log: Log;
}

/** The same exporter, which tells once for each time that the collector stops taking spans. */
const telling = (exporter: SpanExporter, { endpoint, log }: Options): SpanExporter => {
  let away = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.code !== ExportResultCode.SUCCESS;
        if (failed && !away) {
          log.warn(
            { err: result.error, endpoint },
            'The telemetry collector takes nothing; going on without it',
          );
        }
        away = failed;
        done(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
};

/** Spans in batches to a collector (OTLP over HTTP, JSON). */
export const exportTraces = (options: Options) => {
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint}/v1/traces`,
    timeoutMillis: OTLP_TIMEOUT_MS,
  });
  const processor = new BatchSpanProcessor({
    exporter: telling(exporter, options),
    maxQueueSize: SPAN_QUEUE,
    exportTimeoutMillis: OTLP_TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes(options.attributes),
    sampler: new AlwaysOnSampler(),
    spanProcessors: [processor],
  });
  return { provider, propagator: new W3CTraceContextPropagator(), shutdown: () => provider.shutdown() };
};
