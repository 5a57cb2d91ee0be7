export { AddressRanges, isAddressRange, plainAddress } from './address-ranges.js';
export { AnsweredWrites } from './answered-writes.js';
export { AzureModule, InjectStore, storeToken } from './azure-module.js';
export type { AzureOptions, OwnedContainer, ParkedIn } from './azure-module.js';
export { monthEndMs, monthStartMs } from './calendar-month.js';
export { CurrentCaller, PUBLIC, Public, ROLES_ALLOWED, RequireFreshSecondFactor, Roles } from './caller.js';
export type { Caller } from './caller.js';
export { requireFreshSecondFactor } from './caller.guard.js';
export { Clock } from './clock.js';
export { Listing, invalidCursor } from './listing.js';
export type { ListingPage } from './listing.js';
export { bodyBytesOf } from './http-server.js';
export { LOG_LEVELS, platformSettings } from './platform-settings.js';
export type { LogLevel, PlatformSettings } from './platform-settings.js';
export { CONFIGURATION_POLL_MS, LiveSettings, liveSettings, settingsAt } from './live-settings.js';
export type { FetchConfiguration } from './live-settings.js';
export { Parking } from './parking.js';
export { IfMatch, Precondition, contentTag } from './precondition.js';
export { ProblemException } from './problem-exception.js';
export type { ProblemOptions } from './problem-exception.js';
export { Readiness } from './readiness.js';
export type { ReadinessCheck } from './readiness.js';
export { requestHash } from './request-hash.js';
export { BODY_BYTES_MAX } from './http-server.js';
export {
  ConditionalWrite,
  IdempotencyKey,
  PageQuery,
  Repeatable,
  VERSION_PATTERN,
  idParam,
  versionTag,
} from './request-parts.js';
export type { PageRequest, RepeatableWrite, WriteHeaders } from './request-parts.js';
export { Scopes } from './scopes.js';
export { REVOCATIONS_FRESH_MS, RevokedSessions, revokedSessionsAt } from './revoked-sessions.js';
export type { SessionRefusals } from './revoked-sessions.js';
export { ServiceLog, createServiceLog } from './service-log.js';
export { SettingsError, readSettings, settingsOrExit } from './settings.js';
export type { SettingsReader } from './settings.js';
export { startService } from './start-service.js';
export type { RunningService, ServiceOptions } from './start-service.js';
export { MILLI, fullBucket, refilled, tokensIn, waitMsFor, without } from './token-bucket.js';
export type { Rate, TokenBucket } from './token-bucket.js';
export { telemetrySettings } from './telemetry.js';
export type { TelemetrySettings } from './telemetry.js';
export { TokenKeys, keysAt } from './token-keys.js';
export { InvalidToken, TokenVerifier } from './token-verifier.js';
export type { VerifiedCaller } from './token-verifier.js';
