import type { RunningService } from '@ballast/service-host';
import { startGateway } from '../src/start-gateway.js';
import { startSurroundings } from './gateway-surroundings.js';
import type { GatewaySurroundings } from './gateway-surroundings.js';

/** The gateway in this process, before fake owners and on a local Azure of its own. */
export interface GatewayPlatform extends Omit<GatewaySurroundings, 'settings'> {
  readonly service: RunningService;
  /** Another gateway beside the first, closed with the platform. */
  startReplica(): Promise<RunningService>;
  /** Asks the gateway as a trader, or as whoever the headers say. */
  ask(method: string, path: string, options?: { headers?: Record<string, string>; body?: unknown }): Promise<Asked>;
}

/** What the gateway answered. */
export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

export async function startGatewayPlatform(): Promise<GatewayPlatform> {
  const { settings, ...surroundings } = await startSurroundings();
  const service = await startGateway(settings);
  const services = [service];
  return {
    ...surroundings,
    service,
    startReplica: async () => {
      const replica = await startGateway(settings);
      services.push(replica);
      return replica;
    },
    ask: async (method, path, { headers = {}, body } = {}) => {
      const response = await fetch(service.url + path, {
        method,
        headers: {
          authorization: `Bearer ${await surroundings.token()}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
      };
    },
    close: async () => {
      await Promise.all(services.map((one) => one.close()));
      await surroundings.close();
    },
  };
}
