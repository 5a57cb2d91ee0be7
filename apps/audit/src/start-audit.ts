import { startService } from '@ballast/service-host';
import type { AzureOptions, RunningService, ServiceOptions } from '@ballast/service-host';
import { AuditModule } from './audit.module.js';

/** Starts audit with these settings; `tokenKeys` and `clock` are for tests. Returns it running. */
export function startAudit({
  settings,
  tokenKeys,
  clock,
}: Pick<AzureOptions, 'settings' | 'tokenKeys'> & Pick<ServiceOptions, 'clock'>): Promise<RunningService> {
  return startService({
    name: 'audit',
    host: settings.host,
    port: settings.port,
    logLevel: settings.logLevel,
    telemetry: settings.telemetry,
    module: AuditModule.forRoot({ settings, ...(tokenKeys !== undefined && { tokenKeys }) }),
    ...(clock !== undefined && { clock }),
  });
}
