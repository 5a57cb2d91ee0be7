import { AzureModule } from '@ballast/service-host';
import type { AzureOptions } from '@ballast/service-host';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { AUDIT_EVENTS, AuditChains } from './adapters/audit-chains.js';
import { AuditController } from './adapters/audit.controller.js';
import { AuditListeners } from './adapters/audit-listeners.js';
import { ReadAudit } from './read-audit.js';
import { RecordEvents } from './record-events.js';
import { VerifyChains } from './verify-chains.js';

/** The wiring of audit. */
@Module({})
export class AuditModule {
  static forRoot(options: Pick<AzureOptions, 'settings' | 'tokenKeys'>): DynamicModule {
    return {
      module: AuditModule,
      imports: [AzureModule.forRoot({ ...options, service: 'audit', containers: [{ name: AUDIT_EVENTS }] })],
      controllers: [AuditController],
      providers: [AuditChains, RecordEvents, ReadAudit, VerifyChains, AuditListeners],
    };
  }
}
