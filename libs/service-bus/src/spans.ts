import {
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace as tracing,
} from '@opentelemetry/api';
import type { Attributes, SpanContext } from '@opentelemetry/api';
import { childTraceparent, currentTrace, parseTraceparent, runInTrace } from './trace.js';

/** What a span is about, by the semantic conventions of OpenTelemetry. */
export interface SpanOptions {
  readonly kind: 'server' | 'client' | 'consumer';
  /** The `traceparent` of the span that this one is part of; absent, a new trace begins. */
  readonly parent?: string | undefined;
  readonly attributes?: Attributes;
  /** The `traceparent`s of others that are handled along with it. */
  readonly links?: readonly (string | undefined)[];
}

/** Something that takes time, on its way to the collector of traces where there is one. */
export interface OpenSpan {
  /** W3C trace context of the span itself, for what it causes; there without a collector too. */
  readonly traceparent: string;
  /** Ends it; with what went wrong, if anything did. */
  end(result?: { readonly error?: unknown; readonly attributes?: Attributes; readonly name?: string }): void;
}

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER } as const;

/** The provider behind that of the process while no telemetry was started. */
const NO_TELEMETRY = new ProxyTracerProvider().getDelegate();

/** Whether anybody could get to see a span. */
function isRecorded(): boolean {
  const provider = tracing.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== NO_TELEMETRY;
}

const unrecorded = (parent: string | undefined): OpenSpan => ({ traceparent: childTraceparent(parent), end: () => {} });

/** Begins a span. Where no telemetry was started nothing is recorded, and its trace goes on all the same. */
export function beginSpan(name: string, { kind, parent, attributes = {}, links = [] }: SpanOptions): OpenSpan {
  if (!isRecorded()) return unrecorded(parent);
  const context = contextOf(parent);
  const span = tracing
    .getTracer('ballast')
    .startSpan(
      name,
      { kind: KINDS[kind], attributes, links: links.flatMap((link) => linkOf(link)) },
      context === undefined ? ROOT_CONTEXT : tracing.setSpanContext(ROOT_CONTEXT, context),
    );
  return {
    traceparent: traceparentOf(span.spanContext(), context, parent),
    end: (result = {}) => {
      if (result.name !== undefined) span.updateName(result.name);
      if (result.attributes !== undefined) span.setAttributes(result.attributes);
      if (result.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: nameOf(result.error) });
      span.end();
    },
  };
}

/**
 * Does `work` within a span of what is being handled now; what it throws is thrown on. Where no telemetry was started it is
 * part of what is handled, without a span of its own.
 */
export function inSpan<T>(name: string, options: Omit<SpanOptions, 'parent'>, work: () => Promise<T>): Promise<T> {
  return isRecorded() ? inRecordedSpan(name, options, work) : work();
}

async function inRecordedSpan<T>(
  name: string,
  options: Omit<SpanOptions, 'parent'>,
  work: () => Promise<T>,
): Promise<T> {
  const now = currentTrace();
  const span = beginSpan(name, { ...options, parent: now?.traceparent });
  try {
    const result = now === undefined ? await work() : await runInTrace({ ...now, traceparent: span.traceparent }, work);
    span.end();
    return result;
  } catch (error) {
    span.end({ error });
    throw error;
  }
}

function contextOf(traceparent: string | undefined): SpanContext | undefined {
  const parsed = parseTraceparent(traceparent);
  if (parsed === undefined) return undefined;
  const { traceId, spanId, flags } = parsed;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

function linkOf(traceparent: string | undefined): { context: SpanContext }[] {
  const context = contextOf(traceparent);
  return context === undefined ? [] : [{ context }];
}

/** A tracer that records nothing gives the parent back, or nothing valid: then the span gets an id here. */
function traceparentOf(own: SpanContext, parent: SpanContext | undefined, given: string | undefined): string {
  if (!tracing.isSpanContextValid(own) || own.spanId === parent?.spanId) return childTraceparent(given);
  return `00-${own.traceId}-${own.spanId}-${own.traceFlags.toString(16).padStart(2, '0')}`;
}

/** The name of an error tells its kind; its message may tell more than a trace should. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
