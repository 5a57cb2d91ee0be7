import type { EventEnvelope } from '@ballast/contracts';
import type { CapitalTransferRefusedV1, CapitalTransferV1 } from '@ballast/contracts/ledger';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { Transfer } from '../domain/transfer.js';
import { SettleTransfer } from '../settle-transfer.js';

/** What the ledger hears of itself: each step of a transfer causes the next, whoever asked for it is still there or not. */
@Controller()
export class TransferEventsConsumer {
  constructor(private readonly settle: SettleTransfer) {}

  @EventPattern('capital.transfer-reserved.v1')
  async reserved(@Payload() { data }: EventEnvelope<CapitalTransferV1>): Promise<void> {
    await this.settle.receive(transferIn(data));
  }

  @EventPattern('capital.transfer-received.v1')
  received(@Payload() { data }: EventEnvelope<CapitalTransferV1>): Promise<void> {
    return this.settle.finish(transferIn(data), { outcome: 'received' });
  }

  @EventPattern('capital.transfer-refused.v1')
  refused(@Payload() { data }: EventEnvelope<CapitalTransferRefusedV1>): Promise<void> {
    return this.settle.finish(transferIn(data), { outcome: 'refused', refusal: data.refusal });
  }
}

function transferIn(data: CapitalTransferV1 | CapitalTransferRefusedV1): Transfer {
  const { transferId: id, fromProfileId, toProfileId, asset, units } = data;
  return { id, fromProfileId, toProfileId, asset, units: BigInt(units) };
}
