import { Global, Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { Clock } from './clock.js';
import { HealthController } from './health.controller.js';
import { Readiness } from './readiness.js';
import { ServiceLog } from './service-log.js';

/** What every service has, whatever it does: a clock, a log, its health; and the service's own module below it. */
@Global()
@Module({})
export class HostModule {
  static over(
    service: DynamicModule | Type,
    parts: { clock: Clock; log: ServiceLog; readiness: Readiness },
  ): DynamicModule {
    return {
      module: HostModule,
      imports: [service],
      controllers: [HealthController],
      providers: [
        { provide: Clock, useValue: parts.clock },
        { provide: ServiceLog, useValue: parts.log },
        { provide: Readiness, useValue: parts.readiness },
      ],
      exports: [Clock, ServiceLog, Readiness],
    };
  }
}
