import { Clock } from '@ballast/service-host';
import type { StreamMetricsMessage } from '@ballast/contracts/stream-protocol';
import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { Frame } from './domain/frame.js';
import { StreamHub } from './stream-hub.js';
import type { StreamCounts } from './stream-hub.js';

/** Milliseconds between two reports. */
export const METRICS_INTERVAL_MS = 5_000;

/** Tells those who hear everything, every five seconds, how the streams of this replica are doing. */
@Injectable()
export class StreamMetrics implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private before: StreamCounts = { events: 0, quotes: 0, sent: 0, dropped: 0, resyncs: 0 };

  constructor(
    private readonly hub: StreamHub,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.tell(), METRICS_INTERVAL_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Sends what has happened since the last time. Who is too slow for one report gets the next in its place. */
  tell(): void {
    this.hub.toAll(new Frame('metrics', this.report(), 'metrics', 'metrics'));
  }

  private report(): StreamMetricsMessage {
    const { before } = this;
    const { clients, counts } = this.hub;
    this.before = { ...counts };
    return {
      at: this.clock.iso(),
      clients: clients.length,
      slowClients: clients.filter(({ waiting }) => waiting > 0).length,
      waiting: clients.reduce((sum, { waiting }) => sum + waiting, 0),
      events: counts.events - before.events,
      quotes: counts.quotes - before.quotes,
      sent: counts.sent - before.sent,
      dropped: counts.dropped - before.dropped,
      resyncs: counts.resyncs - before.resyncs,
    };
  }
}
