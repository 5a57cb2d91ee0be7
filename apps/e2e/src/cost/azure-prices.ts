/** Azure's list prices in US dollars, East US, pay as you go, without discounts and without the charges that no order causes. */
export const AZURE_PRICES = {
  /** When these prices were last known to be right; check them before a decision hangs on them. */
  asOf: '2025-06-01',
  /** Cosmos DB, serverless: a million request units. */
  millionRequestUnits: 0.25,
  /** Cosmos DB, serverless: a gigabyte (10⁹ bytes) of data and indexes for a month. */
  gigabyteMonth: 0.25,
  /** Service Bus, Standard: a million operations beyond the 13 million that the base charge has in it. */
  millionServiceBusOperations: 0.8,
} as const;

/** What is priced of one order, as means. */
export interface Priced {
  readonly requestUnits: number;
  readonly serviceBusOperations: number;
  /** Bytes that it leaves in the containers. */
  readonly storedBytes: number;
}

/** Dollars that a million such orders cost: their requests, their messages, and a month of what they leave stored. */
export function dollarsPerMillion({ requestUnits, serviceBusOperations, storedBytes }: Priced): number {
  const { millionRequestUnits, millionServiceBusOperations, gigabyteMonth } = AZURE_PRICES;
  const gigabytes = storedBytes / 1_000; // of a million orders
  return (
    requestUnits * millionRequestUnits + serviceBusOperations * millionServiceBusOperations + gigabytes * gigabyteMonth
  );
}
