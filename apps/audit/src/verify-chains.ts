import { Clock } from '@ballast/service-host';
import type { AuditVerdict, ChainVerdict } from '@ballast/contracts/audit';
import { Injectable } from '@nestjs/common';
import { AuditChains } from './adapters/audit-chains.js';
import { UNREAD, verifyEnd, verifyNext } from './domain/chain-verification.js';
import type { Verification } from './domain/chain-verification.js';

/** Recomputes every hash, place and link of the chains from what is stored, and says where one is broken. */
@Injectable()
export class VerifyChains {
  constructor(
    private readonly chains: AuditChains,
    private readonly clock: Clock,
  ) {}

  /** One chain, or all of them, one after another. A chain that does not exist is whole and empty. */
  async execute(chainId?: string): Promise<AuditVerdict> {
    const chainIds = chainId === undefined ? await this.chains.chainIds() : [chainId];
    const chains: ChainVerdict[] = [];
    for (const id of chainIds) chains.push(await this.verify(id));
    return { whole: chains.every(({ whole }) => whole), chains };
  }

  /** The chain may grow meanwhile: what was appended behind the head that was read is not judged. */
  private async verify(chainId: string): Promise<ChainVerdict> {
    const head = await this.chains.head(chainId);
    const nowMs = this.clock.now();
    const read = await this.readUpTo(chainId, head?.position ?? Number.MAX_SAFE_INTEGER, nowMs);
    let verified = verifyEnd(read, head, nowMs);
    if (verified.finding === undefined && head !== undefined) {
      const finding = await this.beyond(chainId, head.position);
      if (finding !== undefined) verified = { ...verified, finding };
    }
    const { records, finding } = verified;
    return { chainId, records, whole: finding === undefined, ...(finding === undefined ? {} : { finding }) };
  }

  private async readUpTo(chainId: string, positionMax: number, nowMs: number): Promise<Verification> {
    let so = UNREAD;
    for await (const page of this.chains.pages(chainId)) {
      for (const record of page) {
        if (record.position > positionMax) return so;
        so = verifyNext(so, record, nowMs);
      }
    }
    return so;
  }

  private async beyond(chainId: string, position: number): Promise<string | undefined> {
    const [next] = await this.chains.records(chainId, { after: position, limit: 1 });
    if (next === undefined) return undefined;
    const head = await this.chains.head(chainId);
    if (head !== undefined && head.position >= next.position) return undefined;
    return `record ${next.position} lies beyond the head of the chain`;
  }
}
