/** The injection token of the service's own name, as the topology declares its containers. */
export const SERVICE_NAME = 'ballast:service-name';

/** The container in which a service keeps who does what now: relays' leases and checkpoints, writes under way and their answers. */
export function leasesOf(service: string): string {
  return `${service}_leases`;
}
