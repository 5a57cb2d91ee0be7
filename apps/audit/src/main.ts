import 'reflect-metadata';
import { readAuditSettings } from './audit.config.js';
import { startAudit } from './start-audit.js';

await startAudit({ settings: await readAuditSettings() });
