import { CountField, ListField, TextField } from './fields.js';

const URL_CHARS_MAX = 2_048;
const FLOW_CHARS_MAX = 4_096;
/** A short name of an OpenID Connect issuer, as it stands in an address. */
export const OIDC_PROVIDER_PATTERN = /^[a-z0-9-]{1,32}$/;

export class OidcProviderView {
  @TextField({
    description: 'Stands for `{provider}` in the addresses.',
    lengthMax: 32,
    pattern: OIDC_PROVIDER_PATTERN,
  })
  name!: string;
}

export class OidcProviderList {
  @ListField(() => OidcProviderView, { description: 'Issuers that can be signed in with.', itemsMax: 100 })
  items!: OidcProviderView[];
}

export class BeginOidcRequest {
  @TextField({
    description: 'Where the issuer sends the browser back to; one of those that are configured.',
    lengthMax: URL_CHARS_MAX,
    example: 'https://console.example.com/signed-in',
  })
  redirectUri!: string;
}

export class OidcFlowView {
  @TextField({ description: 'Where the browser goes now.', lengthMax: 8_192 })
  authorizationUrl!: string;
  @TextField({
    description: 'Keep it in the browser that goes there, and nowhere else: it ties the answer to it.',
    lengthMax: FLOW_CHARS_MAX,
  })
  flow!: string;
  @CountField({ description: 'Seconds within which the browser must be back.', min: 1, max: 86_400 })
  expiresInSeconds!: number;
}

export class CompleteOidcRequest {
  @TextField({ description: 'What the first step gave.', lengthMax: FLOW_CHARS_MAX, example: 'v1.sealed' })
  flow!: string;
  @TextField({
    description: 'The whole address to which the issuer sent the browser back.',
    lengthMax: 8_192,
    example: 'https://console.example.com/signed-in?code=abc&state=def',
  })
  callbackUrl!: string;
}
