/** What the tests use of an issuer; the package brings no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  interface GrantContext {
    readonly oidc: {
      readonly provider: { readonly Grant: new (of: { clientId: string; accountId: string }) => Grant };
      readonly session?: { readonly accountId?: string };
    };
  }

  interface Configuration {
    readonly interactions: { url(context: unknown, interaction: { readonly uid: string }): string };
    readonly findAccount: (
      context: unknown,
      subject: string,
    ) => { readonly accountId: string; claims(): Readonly<Record<string, string>> };
    readonly loadExistingGrant: (context: GrantContext) => Promise<Grant>;
    readonly [setting: string]: unknown;
  }

  class Provider {
    constructor(issuer: string, configuration: Configuration);
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: { readonly login: { readonly accountId: string } },
    ): Promise<void>;
  }

  export { Provider as default };
}
