import { currentTrace } from '@ballast/service-bus';
import type { LoggerService } from '@nestjs/common';
import { pino, stdSerializers } from 'pino';
import type { DestinationStream } from 'pino';
import type { LogLevel } from './platform-settings.js';

/** The log of a service, to be injected; every line carries the correlation id and trace of what is being handled. */
export abstract class ServiceLog {
  abstract debug(fields: object, message: string): void;
  abstract info(fields: object, message: string): void;
  abstract warn(fields: object, message: string): void;
  abstract error(fields: object, message: string): void;
}

/** A log that writes JSON lines without secrets, by default to stdout. */
export function createServiceLog(
  options: { service: string; level: LogLevel },
  destination?: DestinationStream,
): ServiceLog {
  return pino(
    {
      base: { service: options.service },
      level: options.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: traceFields,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => withoutSecrets(fields, 0) as Record<string, unknown>,
      },
      // Errors are already taken apart by `withoutSecrets`.
      serializers: { err: (err: unknown) => err },
      hooks: { streamWrite: withoutSecretTexts },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

/** Hands what Nest itself says to our log; its talk about routes and modules is for debugging. */
export function nestLogger(log: ServiceLog): LoggerService {
  const context = (rest: unknown[]): object => {
    const last = rest.at(-1);
    return typeof last === 'string' ? { context: last } : {};
  };
  return {
    log: (message: unknown, ...rest: unknown[]) => log.debug(context(rest), String(message)),
    debug: (message: unknown, ...rest: unknown[]) => log.debug(context(rest), String(message)),
    verbose: (message: unknown, ...rest: unknown[]) => log.debug(context(rest), String(message)),
    warn: (message: unknown, ...rest: unknown[]) => log.warn(context(rest), String(message)),
    error: (message: unknown, ...rest: unknown[]) =>
      log.error({ ...context(rest), ...(message instanceof Error ? { err: message } : {}) }, String(message)),
  };
}

const REDACTED = '[redacted]';
/** Levels of nesting that a line shows. */
const DEPTH_MAX = 8;
const SECRET_NAME =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookies?|(?:new|old)?password|passwd|(?:x-)?api-?key|.*secret.*|.*connection-?string|(?:access|refresh|id)?-?token|credentials?|.*private-?key|(?:cosmos|master|shared-?access|account)-?key)$/i;
const SECRET_TEXTS: readonly [RegExp, string][] = [
  [/((?:SharedAccessKey|AccountKey|SharedAccessSignature)=)[^;"\s\\]+/gi, `$1${REDACTED}`],
  [/(Bearer )[\w.~+/-]+=*/gi, `$1${REDACTED}`],
];

function traceFields(): object {
  const trace = currentTrace();
  return trace === undefined ? {} : { correlationId: trace.correlationId, traceparent: trace.traceparent };
}

function withoutSecrets(value: unknown, depth: number): unknown {
  if (value instanceof Error) return withoutSecrets({ ...stdSerializers.err(value) }, depth);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth > DEPTH_MAX) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET_NAME.test(name.replaceAll('_', '-')) ? REDACTED : withoutSecrets(inner, depth + 1),
    ]),
  );
}

function withoutSecretTexts(line: string): string {
  return SECRET_TEXTS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), line);
}
