export { startGateway } from './start-gateway.js';
export type { GatewaySettings, OwnerUrls } from './gateway.config.js';
