import { randomUUID } from 'node:crypto';
import type { AuditPage } from '@ballast/contracts/audit';
import type { Collector } from './collector.js';
import { Stage, until } from './stage.js';

/** Places an order under the caller's own trace and finds that trace in every service, and the figures that were made. */
export async function expectOneTrace(stage: Stage, collector: Collector): Promise<void> {
  const profileId = await stage.fundedProfile('1000.00');
  // Audit tells of the events that it gathers in the trace of the first: what comes before the order is gathered without it.
  await until('the deposit is audited', async () => {
    const page = await stage.admin.get<AuditPage>(`/v1/admin/audit?chainId=${profileId}&type=capital.deposited.v1`);
    return page.items.length > 0;
  });
  const traceId = randomUUID().replaceAll('-', '');
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  await stage.quotesAreFresh();
  const { status, headers } = await stage.trader.send('POST', '/v1/orders', {
    body: { profileId, symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' },
    headers: { 'idempotency-key': randomUUID(), traceparent },
  });
  expect([status, headers.get('x-trace-id')]).toEqual([202, traceId]);
  await until('every service told of it', () => {
    const services = collector.servicesOf(traceId);
    return ['gateway', 'orders', 'ledger', 'audit'].every((service) => services.has(service));
  });
  const spans = await until('the broker was called', () => {
    const found = collector.spans.filter((span) => span.traceId === traceId);
    return found.some(({ name }) => name === 'broker submit') && found;
  });
  const [first] = spans.filter(({ parentSpanId }) => parentSpanId === '00f067aa0ba902b7');
  expect(first).toMatchObject({ service: 'gateway', name: 'POST /v1/orders' });
  expect(spans.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['ask orders', 'process order.placed.v1', 'process capital.held.v1']),
  );
  await expectMetrics(stage);
}

/** What Prometheus reads of orders. */
async function expectMetrics(stage: Stage): Promise<void> {
  const served = stage.lines.flatMap(
    (line) => /"service":"orders".*"port":(\d+),"msg":"metrics are served"/.exec(line)?.[1] ?? [],
  );
  const text = await (await fetch(`http://127.0.0.1:${served[0]}/metrics`)).text();
  for (const [name, ...labels] of [
    ['http_server_request_duration_count', 'http_request_method="POST"', 'http_route="/v1/orders"'],
    ['ballast_venue_duration_count', 'call="submit"', 'outcome="answered"'],
    ['ballast_consumer_lag_count', 'type="capital.held.v1"'],
    ['ballast_relay_lag', 'container="trade_orders"'],
    ['ballast_parked_messages'],
  ] as const) {
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`));
    expect([name, lines.some((line) => labels.every((label) => line.includes(label)))]).toEqual([name, true]);
  }
}
