import 'reflect-metadata';
import { settingsOrExit } from '@ballast/service-host';
import { readAuditSettings } from './audit.config.js';
import { startAudit } from './start-audit.js';

await startAudit({ settings: await settingsOrExit(readAuditSettings()) });
