import 'reflect-metadata';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServiceBusClient } from '@azure/service-bus';
import { EVENTS } from '@ballast/contracts';
import { EventTransport } from '@ballast/service-bus';
import type { ListenerOptions } from '@ballast/service-bus';
import { CallerGuard } from './caller.guard.js';
import { Clock } from './clock.js';
import { HostModule } from './host.module.js';
import { acceptOnlyJson, createHttpServer, endConnectionsWhile, endSilentConnections } from './http-server.js';
import type { LogLevel } from './platform-settings.js';
import { Parking } from './parking.js';
import { ProblemFilter } from './problem.filter.js';
import { Readiness } from './readiness.js';
import { traceRequests } from './request-trace.js';
import { RouteMethods } from './route-methods.js';
import { createServiceLog, nestLogger } from './service-log.js';
import type { ServiceLog } from './service-log.js';
import { exitOnSignals } from './signals.js';
import { StrictPipe } from './strict-pipe.js';
import { startTelemetry } from './telemetry.js';
import type { Telemetry, TelemetrySettings } from './telemetry.js';
import { TokenVerifier } from './token-verifier.js';

/** Meets every request, before its body is read and whatever its route. */
export interface Doorkeeping {
  /** Throws, at once or later, where the request goes no further. */
  meet(request: FastifyRequest, reply: FastifyReply): void | Promise<void>;
}

/** What to start. */
export interface ServiceOptions {
  readonly name: string;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly module: DynamicModule | Type;
  /** Subscriptions whose events go to the module's `@EventPattern` handlers. */
  readonly listeners?: readonly ListenerOptions[];
  readonly logLevel: LogLevel;
  /** Absent, nothing is recorded. */
  readonly telemetry?: TelemetrySettings | undefined;
  /** A provider of the module that meets every request first, and throws where it goes no further. */
  readonly doorkeeper?: Type<Doorkeeping>;
  /** For tests; the system's otherwise. */
  readonly clock?: Clock;
}

/** A service that answers. */
export interface RunningService {
  readonly url: string;
  readonly port: number;
  readonly app: NestFastifyApplication;
  /** Drains: not ready any more, requests and events in hand are finished, relays stop, connections close. */
  close(): Promise<void>;
}

/**
 * Builds and starts a service: JSON logs, problem documents, strict bodies, verified callers, traces, health, events. It
 * drains and exits on SIGTERM and SIGINT. Throws what stopped the start.
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const log = createServiceLog({ service: options.name, level: options.logLevel });
  const clock = options.clock ?? new Clock();
  const readiness = new Readiness();
  const telemetry = await startTelemetry(options.name, options.host, options.telemetry);
  if (telemetry.metricsPort !== undefined) log.info({ port: telemetry.metricsPort }, 'metrics are served');
  const app = await createApp(options, { clock, log, readiness });
  try {
    if (options.listeners !== undefined && options.listeners.length > 0) {
      connectListeners(app, options.listeners, { log, readiness });
    }
    await app.listen({ port: options.port, host: options.host });
    await app.startAllMicroservices();
  } catch (error) {
    await app.close();
    await telemetry.close();
    throw error;
  }
  readiness.serve();
  const { port } = app.getHttpServer().address() as { port: number };
  log.info({ port }, 'service ready');
  return running({ app, log, readiness, telemetry, url: `http://${options.host}:${port}`, port });
}

interface Parts {
  readonly clock: Clock;
  readonly log: ServiceLog;
  readonly readiness: Readiness;
}

async function createApp(options: ServiceOptions, parts: Parts): Promise<NestFastifyApplication> {
  const routes = new RouteMethods();
  const adapter = createHttpServer(parts.clock);
  const fastify = adapter.getInstance();
  traceRequests(fastify, parts);
  acceptOnlyJson(fastify);
  endSilentConnections(fastify);
  endConnectionsWhile(fastify, () => parts.readiness.isDraining);
  fastify.addHook('onRoute', ({ url, method }) => routes.add(url, method));
  const app = await NestFactory.create<NestFastifyApplication>(HostModule.over(options.module, parts), adapter, {
    abortOnError: false,
    bodyParser: false,
    forceCloseConnections: false,
    logger: nestLogger(parts.log),
  });
  if (options.doorkeeper !== undefined) {
    const doorkeeper = app.get<Doorkeeping>(options.doorkeeper, { strict: false });
    fastify.addHook('onRequest', (request, reply, done) => {
      const met = doorkeeper.meet(request, reply);
      if (met === undefined) done();
      else met.then(() => done(), done);
    });
  }
  app.useGlobalFilters(new ProblemFilter(parts.log, routes));
  app.useGlobalPipes(new StrictPipe());
  app.useGlobalGuards(new CallerGuard(app.get(Reflector), app.get(TokenVerifier, { strict: false }), parts.clock));
  return app;
}

function connectListeners(
  app: NestFastifyApplication,
  listeners: readonly ListenerOptions[],
  { log, readiness }: { log: ServiceLog; readiness: Readiness },
): void {
  const client = app.get(ServiceBusClient, { strict: false });
  const parking = app.get<Parking | undefined>(Parking, { strict: false });
  const parkedIn = parking === undefined ? {} : { parking: parking.list };
  const transport = new EventTransport({ client, listeners, events: EVENTS, log, ...parkedIn });
  parking?.connect(transport, client, listeners);
  app.connectMicroservice({ strategy: transport });
  readiness.add({
    name: 'listeners',
    check: () => {
      const detail = transport.health();
      return { ok: detail.connected, detail };
    },
  });
}

function running(parts: {
  app: NestFastifyApplication;
  log: ServiceLog;
  readiness: Readiness;
  telemetry: Telemetry;
  url: string;
  port: number;
}): RunningService {
  const { app, log, readiness, telemetry, url, port } = parts;
  let closing: Promise<void> | undefined;
  const drain = async (): Promise<void> => {
    readiness.drain();
    ignoreSignals();
    await app.close();
    await telemetry.close();
    log.info({}, 'service drained');
  };
  const close = (): Promise<void> => (closing ??= drain());
  const ignoreSignals = exitOnSignals(close, log);
  return { url, port, app, close };
}
