import { randomUUID } from 'node:crypto';
import { PRODUCT_ID, topology } from '@ballast/contracts';
import { ContainerStore, connectCosmos } from '@ballast/cosmos';
import { Api } from '@ballast/launcher';
import { WITHOUT_REQUEST_LOGS } from '../../src/cost/quiet-logs.js';
import { UsageMeter } from '../../src/cost/usage-meter.js';
import { Stage } from '../../src/stage.js';
import type { Arrived } from './arrivals.js';
import { HttpPost } from './http-post.js';
import type { Milestones, Side } from './stretch.js';

/** Profiles whose orders the load is spread over. */
export const SPREAD_PROFILES = 40;
const PAGE_SIZE = 500;
const CAPITAL = '10000000.00';
/** Entries of a profile that may be live at once. */
const ENTRIES_MAX = 100;
/** Profiles that are opened at the same time. */
const OPENING_MAX = 10;
/** An access token is renewed before it is so old; it lasts for 15 minutes. */
const TOKEN_AGE_MS_MAX = 8 * 60_000;
const PRICE = { symbol: 'AAPL', bid: '99', ask: '100', volume: '100000000' };

interface AuditRow {
  readonly subject: string;
  readonly type: string;
  readonly time: string;
  readonly recordedAt: string;
}

/** The platform as it is started with `npm start`, its broker with a price that stands still. */
export class PlatformSide implements Side {
  readonly name = 'Ballast';
  private profiles: readonly string[] = [];
  private token = { text: '', sinceMs: 0 };

  private constructor(
    readonly stage: Stage,
    private readonly audit: ContainerStore,
    private readonly http: HttpPost,
    private readonly disconnect: () => void,
  ) {}

  static async open(): Promise<PlatformSide> {
    const stage = await Stage.open(WITHOUT_REQUEST_LOGS);
    const { endpoint, key } = await stage.platform.storeAccess();
    const database = await connectCosmos({ endpoint, key, database: topology.database });
    const http = new HttpPost(`${stage.platform.url('gateway')}/v1/orders`);
    const audit = new ContainerStore(database.container('audit-events'));
    const side = new PlatformSide(stage, audit, http, () => database.client.dispose());
    await stage.tick(PRICE);
    await side.use(await side.open(SPREAD_PROFILES));
    return side;
  }

  /** New profiles, funded. */
  async open(count: number): Promise<string[]> {
    await this.prepare();
    const owner = Api.withToken(this.stage.platform.url('gateway'), this.token.text);
    const opened: string[] = [];
    while (opened.length < count) {
      const some = Math.min(OPENING_MAX, count - opened.length);
      const open = (): Promise<string> =>
        this.stage.fundedProfile(CAPITAL, { entriesPerSymbolMax: ENTRIES_MAX }, owner);
      opened.push(...(await Promise.all(Array.from({ length: some }, open))));
    }
    return opened;
  }

  /** For whom orders are placed from now on, in turns. */
  async use(profiles: readonly string[]): Promise<void> {
    this.profiles = profiles;
    await new UsageMeter(this.stage.platform).quiet();
  }

  get profileIds(): readonly string[] {
    return this.profiles;
  }

  async place(turn: number): Promise<string> {
    const profileId = this.profiles[turn % this.profiles.length] ?? '';
    const body = { profileId, symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1' };
    const headers = { authorization: `Bearer ${this.token.text}`, 'idempotency-key': randomUUID() };
    return (await this.http.send<{ orderId: string }>(202, body, headers)).orderId;
  }

  /** Signs in again where the token gets old. */
  async prepare(): Promise<void> {
    if (Date.now() - this.token.sinceMs < TOKEN_AGE_MS_MAX) return;
    const login = (await this.stage.platform.firstLogins()).find(({ username }) => username === 'demo');
    const password = login?.password ?? '';
    const { token = '' } = await Api.signIn(this.stage.platform.url('gateway'), { username: 'demo', password });
    this.token = { text: token, sinceMs: Date.now() };
  }

  finished(): Promise<void> {
    return new UsageMeter(this.stage.platform).quiet();
  }

  /** By what audit has recorded: it has the time of each event's commit, and of its own. */
  async milestones({ sinceMs }: Arrived): Promise<ReadonlyMap<string, Milestones>> {
    const fills = new Map<string, number>();
    const reached = new Map<string, Milestones>();
    const since = new Date(sinceMs).toISOString();
    for (const profileId of this.profiles) {
      const rows = await this.rows(profileId, since);
      for (const { type, subject, time } of rows)
        if (type === 'order.executed.v1') fills.set(subject, Date.parse(time));
      for (const { type, subject, time, recordedAt } of rows) {
        const filledAtMs = fills.get(subject);
        if (type !== 'capital.posted.v1' || filledAtMs === undefined) continue;
        reached.set(subject, { filledAtMs, settledAtMs: Date.parse(time), auditedAtMs: Date.parse(recordedAt) });
      }
    }
    return reached;
  }

  processes(): readonly { readonly name: string; readonly pid: number }[] {
    return this.stage.platform.running();
  }

  async close(): Promise<void> {
    this.http.close();
    this.disconnect();
    await this.stage.close();
  }

  private async rows(profileId: string, since: string): Promise<AuditRow[]> {
    const rows: AuditRow[] = [];
    let continuation: string | undefined;
    do {
      const page = await this.audit.query<AuditRow>({
        query: 'SELECT c.subject, c.type, c.time, c.recordedAt FROM c WHERE c.recordedAt >= @since',
        parameters: { '@since': since },
        partition: [PRODUCT_ID, profileId],
        pageSize: PAGE_SIZE,
        ...(continuation !== undefined && { continuation }),
      });
      rows.push(...page.items);
      continuation = page.continuation;
    } while (continuation !== undefined);
    return rows;
  }
}
