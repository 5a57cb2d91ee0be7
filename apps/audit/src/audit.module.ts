import { ServiceBusClient } from '@azure/service-bus';
import { AzureModule, Parking, Readiness, ServiceLog } from '@ballast/service-host';
import type { AzureOptions } from '@ballast/service-host';
import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { AUDIT_EVENTS, AuditChains } from './adapters/audit-chains.js';
import { AuditController } from './adapters/audit.controller.js';
import { AuditListeners } from './adapters/audit-listeners.js';
import { ReadAudit } from './read-audit.js';
import { RecordEvents } from './record-events.js';
import { VerifyChains } from './verify-chains.js';

const listenersProvider: Provider = {
  provide: AuditListeners,
  inject: [ServiceBusClient, RecordEvents, ServiceLog, Readiness, Parking],
  useFactory: (
    client: ServiceBusClient,
    recordEvents: RecordEvents,
    log: ServiceLog,
    readiness: Readiness,
    parking: Parking,
  ) => new AuditListeners(client, recordEvents, { log, readiness, parking }),
};

/** The wiring of audit. */
@Module({})
export class AuditModule {
  static forRoot(options: Pick<AzureOptions, 'settings' | 'tokenKeys'>): DynamicModule {
    return {
      module: AuditModule,
      imports: [
        AzureModule.forRoot({
          ...options,
          service: 'audit',
          containers: [{ name: AUDIT_EVENTS }],
          parked: { container: AUDIT_EVENTS },
        }),
      ],
      controllers: [AuditController],
      providers: [AuditChains, RecordEvents, ReadAudit, VerifyChains, listenersProvider],
    };
  }
}
