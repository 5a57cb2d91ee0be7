import { ORDER_ID_PATTERN } from '@ballast/contracts';
import type { AuditPage, AuditVerdict, TimelineView } from '@ballast/contracts/audit';
import { CurrentCaller, PageQuery, ProblemException, Roles, Scopes, idParam } from '@ballast/service-host';
import type { Caller, PageRequest } from '@ballast/service-host';
import { Controller, Get, Query } from '@nestjs/common';
import { chainOf, isChainId } from '../domain/chain-of.js';
import { ReadAudit } from '../read-audit.js';
import { VerifyChains } from '../verify-chains.js';

/** Records in one page, at most and unless asked otherwise. */
const PAGE_RECORDS_MAX = 500;
const PAGE_RECORDS_DEFAULT = 100;
/** Characters of a subject or a type. */
const WORD_CHARS_MAX = 100;

/** The audit over private HTTP. Somebody else's order is answered as one that does not exist. */
@Controller('v1')
export class AuditController {
  constructor(
    private readonly read: ReadAudit,
    private readonly verifyChains: VerifyChains,
  ) {}

  @Get('orders/:id/timeline')
  @Scopes('orders:read')
  async timeline(
    @idParam('id', ORDER_ID_PATTERN) orderId: string,
    @CurrentCaller() caller: Caller,
  ): Promise<TimelineView> {
    const timeline = await this.read.timeline(orderId, caller);
    if (timeline === undefined) throw new ProblemException('not-found');
    return timeline;
  }

  /** Records of one chain, named by its id or by a subject in it. */
  @Get('admin/audit')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  page(
    @Query() query: Record<string, unknown>,
    @PageQuery({ limitDefault: PAGE_RECORDS_DEFAULT, limitMax: PAGE_RECORDS_MAX }) page: PageRequest,
  ): Promise<AuditPage> {
    const subject = wordOf(query, 'subject');
    const type = wordOf(query, 'type');
    const chainId = chainIdOf(query) ?? (subject === undefined ? undefined : chainOf(subject));
    if (chainId === undefined) throw invalid('chainId', 'is needed where no subject is named');
    return this.read.page({
      chainId,
      page,
      ...(subject !== undefined && { subject }),
      ...(type !== undefined && { type }),
    });
  }

  /** One chain, or all of them. */
  @Get('admin/audit/verify')
  @Scopes('admin:read')
  @Roles('operator', 'admin')
  verify(@Query() query: Record<string, unknown>): Promise<AuditVerdict> {
    return this.verifyChains.execute(chainIdOf(query));
  }
}

function chainIdOf(query: Record<string, unknown>): string | undefined {
  const chainId = wordOf(query, 'chainId');
  if (chainId !== undefined && !isChainId(chainId)) throw invalid('chainId', 'must be a profile’s id or _system');
  return chainId;
}

function wordOf(query: Record<string, unknown>, name: string): string | undefined {
  const word = query[name];
  if (word === undefined) return undefined;
  if (typeof word !== 'string' || word.length === 0 || word.length > WORD_CHARS_MAX) {
    throw invalid(name, `must be a text of 1 to ${WORD_CHARS_MAX} characters, once`);
  }
  return word;
}

function invalid(pointer: string, detail: string): ProblemException {
  return new ProblemException('invalid-request', { errors: [{ pointer, detail }] });
}
