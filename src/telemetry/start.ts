import { arch, type as osType } from 'node:os';
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import type { Config } from '#config/config.ts';
import { TELEMETRY_SHUTDOWN_MS } from '#config/limits.ts';
import type { Clock } from '#std/clock.ts';
import type { Random } from '#std/random.ts';
import type { Log } from './log.ts';
import { rebindMetrics } from './metrics.ts';
import { idsOnly } from './trace-ids.ts';

export interface TelemetryOptions {
  config: Pick<Config, 'app' | 'telemetry'>;
  /** Of the program. */
  version: string;
  clock: Clock;
  random: Random;
  log: Log;
}

export interface Telemetry {
  /** What /metrics answers, as Prometheus text; undefined when metrics are off. */
  metricsText(): Promise<string | undefined>;
  /** Sends what is left, within two seconds whatever the collector does. Never rejects. */
  stop(): Promise<void>;
}

/** Attributes of the OpenTelemetry resource conventions. */
const resourceAttributes = ({ config, version }: TelemetryOptions) => ({
  'service.name': config.app.service_name,
  'service.version': version,
  'deployment.environment.name': config.app.env,
  'host.arch': ({ x64: 'amd64', ia32: 'x86' } as Record<string, string>)[arch()] ?? arch(),
  'os.type': osType() === 'Windows_NT' ? 'windows' : osType().toLowerCase(),
});

export type ResourceAttributes = ReturnType<typeof resourceAttributes>;

const within = (clock: Clock, ms: number, work: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    work
      .catch(() => {
        // A collector that is away is no reason to fail.
      })
      .finally(() => {
        cancel();
        resolve();
      });
  });

/**
 * Sets up traces and metrics for the whole process. The SDKs are loaded only when they are wanted: without a collector,
 * spans are ids alone. Started again after `stop`, it starts afresh.
 */
export const startTelemetry = async (options: TelemetryOptions): Promise<Telemetry> => {
  const { otlp_endpoint: endpoint, export_traces, metrics: wantsMetrics } = options.config.telemetry;
  const attributes = resourceAttributes(options);
  const traces =
    endpoint !== undefined && export_traces
      ? await import('./export-traces.ts').then(({ exportTraces }) =>
          exportTraces({ endpoint, attributes, log: options.log }),
        )
      : undefined;
  const measured = wantsMetrics
    ? await import('./export-metrics.ts').then(({ exportMetrics }) => exportMetrics({ endpoint, attributes }))
    : undefined;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(traces?.provider ?? idsOnly(options.random));
  if (traces) propagation.setGlobalPropagator(traces.propagator);
  if (measured) metrics.setGlobalMeterProvider(measured.provider);
  rebindMetrics();
  return {
    metricsText: async () => measured?.text(),
    stop: async () => {
      for (const api of [trace, metrics, propagation, context]) api.disable();
      const stopped = Promise.all([traces?.shutdown(), measured?.shutdown()]);
      await within(options.clock, TELEMETRY_SHUTDOWN_MS, stopped);
      rebindMetrics();
    },
  };
};
