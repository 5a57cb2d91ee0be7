import type { EventEnvelope } from '@ballast/contracts';
import type { ProfileCreatedV1 } from '@ballast/contracts/accounts';
import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { OpenAccount } from '../open-account.js';

/** What the ledger hears from accounts. */
@Controller()
export class AccountsEventsConsumer {
  constructor(private readonly openAccount: OpenAccount) {}

  @EventPattern('profile.created.v1')
  profileCreated(@Payload() event: EventEnvelope<ProfileCreatedV1>): Promise<void> {
    return this.openAccount.execute(event.data);
  }
}
