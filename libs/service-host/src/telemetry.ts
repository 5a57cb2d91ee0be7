import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics, trace } from '@opentelemetry/api';
import type { MetricReader } from '@opentelemetry/sdk-metrics';
import type { SettingsReader } from './settings.js';

/** Where a service's traces and metrics go. */
export interface TelemetrySettings {
  /** Base address of an OpenTelemetry collector (OTLP over HTTP); absent, nothing is sent. */
  readonly otlpEndpoint?: string;
  /** Port of `GET /metrics` for Prometheus, 0 for a free one; absent, there is none. */
  readonly metricsPort?: number;
  /** How many of a hundred traces that begin here are recorded; those of callers are as the caller says. */
  readonly tracePercent: number;
}

/** What was started. */
export interface Telemetry {
  /** Port of `/metrics`, where it is served. */
  readonly metricsPort?: number;
  /** Sends what is left, for a few seconds at most, and ends. */
  close(): Promise<void>;
}

/** Milliseconds between two exports of the metrics. */
const METRICS_EXPORT_MS = 10_000;
/** Milliseconds that a drain waits for the collector. */
const CLOSE_MS_MAX = 2_000;
/** Milliseconds that spans wait for others to be sent along. */
const SPANS_DELAY_MS = 1_000;

/** Reads OTEL_EXPORTER_OTLP_ENDPOINT, METRICS_PORT and TRACE_PERCENT. */
export function telemetrySettings(settings: SettingsReader): TelemetrySettings {
  const otlpEndpoint = settings.optionalText('OTEL_EXPORTER_OTLP_ENDPOINT')?.replace(/\/+$/, '');
  if (otlpEndpoint !== undefined && !URL.canParse(otlpEndpoint)) {
    settings.complain('OTEL_EXPORTER_OTLP_ENDPOINT', 'must be a URL');
  }
  const hasMetrics = settings.optionalText('METRICS_PORT') !== undefined;
  return {
    ...(otlpEndpoint === undefined ? {} : { otlpEndpoint }),
    ...(hasMetrics ? { metricsPort: settings.integer('METRICS_PORT', { min: 0, max: 65_535 }) } : {}),
    tracePercent: settings.integer('TRACE_PERCENT', { min: 0, max: 100, default: 100 }),
  };
}

/**
 * Starts what the settings ask for, for the whole process: spans to the collector, metrics to it and to Prometheus. Loads
 * nothing where they ask for nothing.
 */
export async function startTelemetry(
  service: string,
  host: string,
  settings: TelemetrySettings | undefined,
): Promise<Telemetry> {
  const { otlpEndpoint, metricsPort } = settings ?? {};
  const ends: (() => Promise<void>)[] = [];
  if (settings !== undefined && otlpEndpoint !== undefined) ends.push(await sendSpans(service, settings, otlpEndpoint));
  const page = metricsPort === undefined ? undefined : await metricsPage(host, metricsPort);
  if (page !== undefined || otlpEndpoint !== undefined) {
    ends.push(await collectMetrics(service, [page?.reader, await otlpReader(otlpEndpoint)]));
  }
  if (page !== undefined) ends.push(page.close);
  return {
    ...(page === undefined ? {} : { metricsPort: page.port }),
    close: async () => {
      trace.disable();
      metrics.disable();
      await Promise.race([Promise.allSettled(ends.map((end) => end())), timeout(CLOSE_MS_MAX)]);
    },
  };
}

async function resourceOf(service: string) {
  const { defaultResource, resourceFromAttributes } = await import('@opentelemetry/resources');
  return defaultResource().merge(resourceFromAttributes({ 'service.name': service, 'service.namespace': 'ballast' }));
}

async function sendSpans(
  service: string,
  { tracePercent }: TelemetrySettings,
  endpoint: string,
): Promise<() => Promise<void>> {
  const [
    { BasicTracerProvider, BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler },
    { OTLPTraceExporter },
  ] = await Promise.all([import('@opentelemetry/sdk-trace-base'), import('@opentelemetry/exporter-trace-otlp-http')]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource: await resourceOf(service),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(tracePercent / 100) }),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: SPANS_DELAY_MS })],
  });
  trace.setGlobalTracerProvider(provider);
  return () => provider.shutdown();
}

async function collectMetrics(
  service: string,
  readers: readonly (MetricReader | undefined)[],
): Promise<() => Promise<void>> {
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
  const provider = new MeterProvider({
    resource: await resourceOf(service),
    readers: readers.filter((reader) => reader !== undefined),
  });
  metrics.setGlobalMeterProvider(provider);
  return () => provider.shutdown();
}

async function otlpReader(endpoint: string | undefined): Promise<MetricReader | undefined> {
  if (endpoint === undefined) return undefined;
  const [{ PeriodicExportingMetricReader }, { OTLPMetricExporter }] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/exporter-metrics-otlp-http'),
  ]);
  const exporter = new OTLPMetricExporter({ url: `${endpoint}/v1/metrics` });
  return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: METRICS_EXPORT_MS });
}

/** A port of its own, so that the public one of the gateway does not tell what operators see. */
async function metricsPage(
  host: string,
  port: number,
): Promise<{ reader: MetricReader; port: number; close: () => Promise<void> }> {
  const { PrometheusExporter } = await import('@opentelemetry/exporter-prometheus');
  const reader = new PrometheusExporter({ preventServerStart: true });
  const server: Server = createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/metrics')
      return reader.getMetricsRequestHandler(request, response);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return { reader, port: (server.address() as AddressInfo).port, close };
}

const timeout = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
