import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { beginSpan, inSpan } from './spans.js';
import { currentTrace, runInTrace } from './trace.js';

const PARENT = '00-6702824c1c099724caf4941d4072014b-926f6967e7893f57-01';
const [, TRACE_ID = ''] = PARENT.split('-');
const within = <T>(work: () => Promise<T>): Promise<T> =>
  runInTrace({ correlationId: 'req_1', traceparent: PARENT }, work);

describe('a span without telemetry', () => {
  it('goes on with the trace under an id of its own', () => {
    const { traceparent } = beginSpan('work', { kind: 'client', parent: PARENT });
    expect(traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-01$`));
    expect(traceparent).not.toBe(PARENT);
  });

  it.each([undefined, '', 'nonsense', '00-00000000000000000000000000000000-926f6967e7893f57-01'])(
    'begins a trace where there is none: %p',
    (parent) => {
      const { traceparent } = beginSpan('work', { kind: 'server', parent });
      expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(traceparent).not.toMatch(/^00-0+-/);
    },
  );
});

it('does its work in the trace as it is where there is no telemetry', async () => {
  const inner = await within(() => inSpan('ask', { kind: 'client' }, async () => currentTrace()));
  expect(inner).toEqual({ correlationId: 'req_1', traceparent: PARENT });
});

describe('a span with telemetry', () => {
  const exporter = new InMemorySpanExporter();
  beforeAll(() => {
    trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  });
  afterEach(() => exporter.reset());
  afterAll(() => trace.disable());

  it('is what its work is done in, and a child of what was handled before', async () => {
    const inner = await within(() => inSpan('ask', { kind: 'client' }, async () => currentTrace()));
    const [span] = exporter.getFinishedSpans();
    expect(span).toMatchObject({ name: 'ask', parentSpanContext: { spanId: PARENT.split('-')[2] } });
    expect(inner).toEqual({
      correlationId: 'req_1',
      traceparent: `00-${TRACE_ID}-${span?.spanContext().spanId}-01`,
    });
  });

  it('tells what kind of error ended it, and no more, and throws it on', async () => {
    const failing = inSpan('ask', { kind: 'client' }, async () => Promise.reject(new TypeError('the secret is 7')));
    await expect(failing).rejects.toThrow('the secret is 7');
    const [span] = exporter.getFinishedSpans();
    expect(span?.status).toEqual({ code: 2, message: 'TypeError' });
    expect(JSON.stringify([span?.attributes, span?.events])).not.toContain('secret');
  });

  it('is not recorded where the caller does not want it, and its trace goes on', () => {
    const span = beginSpan('work', { kind: 'consumer', parent: PARENT.replace(/01$/, '00') });
    span.end();
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect(span.traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`));
  });

  it('is linked to others that are handled along with it', () => {
    beginSpan('process', { kind: 'consumer', links: [PARENT, undefined, 'nonsense'] }).end();
    expect(exporter.getFinishedSpans()[0]?.links.map(({ context }) => context.traceId)).toEqual([TRACE_ID]);
  });
});
