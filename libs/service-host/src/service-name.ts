/** The injection token of the service's own name, as the topology declares its containers. */
export const SERVICE_NAME = 'ballast:service-name';
