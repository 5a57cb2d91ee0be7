import { Clock, ServiceLog, storeToken } from '@ballast/service-host';
import { AccountsEventsConsumer } from '../../../ledger/src/adapters/accounts-events.consumer.js';
import { OrdersEventsConsumer } from '../../../ledger/src/adapters/orders-events.consumer.js';
import { TransferEventsConsumer } from '../../../ledger/src/adapters/transfer-events.consumer.js';
import { MoveCapital } from '../../../ledger/src/move-capital.js';
import { TransferCapital } from '../../../ledger/src/transfer-capital.js';
import type { Replica } from './replica.js';
import { Wiring } from './wiring.js';

/** What of one replica of the ledger callers may ask for. */
export interface LedgerDoor {
  readonly move: MoveCapital;
  readonly transfer: TransferCapital;
}

/** Starts one replica of the ledger. */
export async function startLedger(replica: Replica): Promise<LedgerDoor> {
  const wiring = new Wiring([
    [Clock, new Clock()],
    [ServiceLog, replica.log],
    [storeToken('capital_ledgers'), replica.container('capital_ledgers')],
  ]);
  const consumers = [AccountsEventsConsumer, OrdersEventsConsumer, TransferEventsConsumer];
  await replica.relay(['capital_ledgers']);
  await replica.hear(
    ['accounts', 'ledger', 'orders'],
    consumers.map((consumer) => wiring.get<object>(consumer)),
  );
  return { move: wiring.get(MoveCapital), transfer: wiring.get(TransferCapital) };
}
