import { Public } from '@ballast/service-host';
import { Controller, Get, Header } from '@nestjs/common';
import type { JSONWebKeySet } from 'jose';
import { RevokedHere } from './revoked-here.js';
import { SigningKey } from './signing-key.js';

/** What everybody needs to verify our tokens: the public keys, as RFC 7517 wants them, and which sessions ended. */
@Controller('.well-known')
export class KeysController {
  constructor(
    private readonly signingKey: SigningKey,
    private readonly revoked: RevokedHere,
  ) {}

  @Public()
  @Get('jwks.json')
  @Header('cache-control', 'public, max-age=300')
  keys(): JSONWebKeySet {
    return this.signingKey.publicKeys;
  }

  /** Sessions that ended so lately that their access tokens have not expired yet. */
  @Public()
  @Get('revoked-sessions.json')
  @Header('cache-control', 'no-store')
  async revokedSessions(): Promise<{ sessionIds: string[] }> {
    return { sessionIds: await this.revoked.list() };
  }
}
