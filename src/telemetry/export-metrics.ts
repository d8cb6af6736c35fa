import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricReader, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { METRIC_EXPORT_INTERVAL_MS, OTLP_TIMEOUT_MS } from '#config/limits.ts';
import type { ResourceAttributes } from './start.ts';

interface Options {
  /** Root of the collector; without one, metrics are only served. */
  endpoint: string | undefined;
  attributes: ResourceAttributes;
}

const toCollector = async (endpoint: string): Promise<MetricReader> => {
  const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http');
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics`, timeoutMillis: OTLP_TIMEOUT_MS }),
    exportIntervalMillis: METRIC_EXPORT_INTERVAL_MS,
    exportTimeoutMillis: OTLP_TIMEOUT_MS,
  });
};

/** Metrics for /metrics, and to a collector when there is one. */
export const exportMetrics = async ({ endpoint, attributes }: Options) => {
  const served = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer();
  const readers: MetricReader[] = endpoint === undefined ? [served] : [served, await toCollector(endpoint)];
  const provider = new MeterProvider({ resource: resourceFromAttributes(attributes), readers });
  return {
    provider,
    /** A gauge that can't be read is left out; the others are there. */
    text: async (): Promise<string> => serializer.serialize((await served.collect()).resourceMetrics),
    shutdown: () => provider.shutdown(),
  };
};
