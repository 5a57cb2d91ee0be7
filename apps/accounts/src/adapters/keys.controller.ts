import { Public } from '@ballast/service-host';
import { Controller, Get, Header } from '@nestjs/common';
import type { JSONWebKeySet } from 'jose';
import { SigningKey } from './signing-key.js';

/** The public keys of our tokens, as RFC 7517 wants them. */
@Controller('.well-known')
export class KeysController {
  constructor(private readonly signingKey: SigningKey) {}

  @Public()
  @Get('jwks.json')
  @Header('cache-control', 'public, max-age=300')
  keys(): JSONWebKeySet {
    return this.signingKey.publicKeys;
  }
}
