import { PARKED_LIST_EVENTS } from '@ballast/contracts/parked';
import { AzureModule } from '@ballast/service-host';
import type { AzureOptions } from '@ballast/service-host';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { AccountController } from './adapters/account.controller.js';
import { AccountsEventsConsumer } from './adapters/accounts-events.consumer.js';
import { CapitalController } from './adapters/capital.controller.js';
import { CapitalReadsController } from './adapters/capital-reads.controller.js';
import { HoldingsRows } from './adapters/holdings-rows.js';
import { LedgerStore } from './adapters/ledger.store.js';
import { MonitorsController } from './adapters/monitors.controller.js';
import { OrdersEventsConsumer } from './adapters/orders-events.consumer.js';
import { PostingRows } from './adapters/posting-rows.js';
import { StreamController } from './adapters/stream.controller.js';
import { StatementController } from './adapters/statement.controller.js';
import { TransferEventsConsumer } from './adapters/transfer-events.consumer.js';
import { TransferRows } from './adapters/transfer-rows.js';
import { TransfersController } from './adapters/transfers.controller.js';
import { VerifyController } from './adapters/verify.controller.js';
import { AnswerOnce } from './answer-once.js';
import { ChangeAccount } from './change-account.js';
import { CountHoldings } from './count-holdings.js';
import { EndHold } from './end-hold.js';
import { RaiseHold } from './raise-hold.js';
import { ReleaseSurplus } from './release-surplus.js';
import { HoldCapital } from './hold-capital.js';
import type { LedgerSettings } from './ledger.config.js';
import { MoveCapital } from './move-capital.js';
import { OpenAccount } from './open-account.js';
import { PostExecution } from './post-execution.js';
import { PreviewHold } from './preview-hold.js';
import { ReadBalances } from './read-balances.js';
import { ReadStream } from './read-stream.js';
import { ReadCapital } from './read-capital.js';
import { ReadStatement } from './read-statement.js';
import { ResumeTransfers } from './resume-transfers.js';
import { ReversePosting } from './reverse-posting.js';
import { SetMonitor } from './set-monitor.js';
import { SettleTransfer } from './settle-transfer.js';
import { TransferCapital } from './transfer-capital.js';
import { VerifyLedger } from './verify-ledger.js';

/** The wiring of the ledger. */
@Module({})
export class LedgerModule {
  static forRoot(settings: LedgerSettings, overrides: Pick<AzureOptions, 'tokenKeys'> = {}): DynamicModule {
    return {
      module: LedgerModule,
      imports: [
        AzureModule.forRoot({
          settings: settings.platform,
          service: 'ledger',
          topic: 'ledger',
          parked: { container: 'capital_ledgers', events: PARKED_LIST_EVENTS.ledger },
          containers: [{ name: 'capital_ledgers', relayed: true }],
          ...overrides,
        }),
      ],
      controllers: [
        AccountController,
        CapitalController,
        CapitalReadsController,
        MonitorsController,
        TransfersController,
        VerifyController,
        StatementController,
        StreamController,
        TransferEventsConsumer,
        AccountsEventsConsumer,
        OrdersEventsConsumer,
      ],
      providers: [
        LedgerStore,
        PostingRows,
        HoldingsRows,
        TransferRows,
        OpenAccount,
        HoldCapital,
        PreviewHold,
        PostExecution,
        EndHold,
        RaiseHold,
        ReleaseSurplus,
        AnswerOnce,
        MoveCapital,
        ReversePosting,
        ChangeAccount,
        SetMonitor,
        SettleTransfer,
        TransferCapital,
        ResumeTransfers,
        CountHoldings,
        ReadBalances,
        ReadStatement,
        ReadCapital,
        ReadStream,
        VerifyLedger,
      ],
    };
  }
}
