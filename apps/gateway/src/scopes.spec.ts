import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SCOPES } from '@ballast/contracts/accounts';
import { RequestMethod } from '@nestjs/common';

const APPS = resolve(__dirname, '../..');
const OWNERS = ['accounts', 'orders', 'ledger', 'audit'].map((owner) => join(APPS, owner, 'src/adapters'));
const SHARED = resolve(APPS, '../libs/service-host/src');

/** Method and path of every handler of the controllers in a folder, with its scopes; `undefined` where it is public. */
async function scopesIn(folder: string): Promise<Map<string, readonly string[] | undefined>> {
  const found = new Map<string, readonly string[] | undefined>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.controller.ts'))) {
    const exported = Object.values((await import(join(folder, file.replace(/\.ts$/, '')))) as object);
    for (const controller of exported) for (const [route, scopes] of routesOf(controller)) found.set(route, scopes);
  }
  return found;
}

function* routesOf(controller: unknown): Generator<[string, readonly string[] | undefined]> {
  if (typeof controller !== 'function' || !Reflect.hasMetadata('path', controller)) return;
  const base = String(Reflect.getMetadata('path', controller));
  const prototype = controller.prototype as Record<string, object>;
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const handler = prototype[name];
    if (handler === undefined || !Reflect.hasMetadata('method', handler)) continue;
    const method = RequestMethod[Number(Reflect.getMetadata('method', handler))];
    const path = `/${base}/${String(Reflect.getMetadata('path', handler))}`.replace(/\/{2,}/g, '/').replace(/\/$/, '');
    const isPublic = [handler, controller].some((of) => Reflect.getMetadata('ballast:public', of) === true);
    const scopes = (Reflect.getMetadata('ballast:scopes', handler) ?? []) as readonly string[];
    yield [`${method} ${path}`, isPublic ? undefined : scopes];
  }
}

/** Where only people go: no API key opens it. */
const PEOPLE_ONLY = [/^\w+ \/v1\/(auth|sessions|users|api-keys)(\/|$)/];

it('a route asks for the same scopes in the gateway as in its owner, and a write for one that writes', async () => {
  const atGateway = await scopesIn(join(APPS, 'gateway/src/adapters'));
  const owned = (await Promise.all([...OWNERS, SHARED].map(scopesIn))).flatMap((routes) => [...routes]);
  const atOwner = new Map(owned);
  expect(atGateway.size).toBeGreaterThan(40);
  for (const [route, scopes] of atGateway) {
    if (scopes === undefined) continue;
    if (atOwner.has(route)) expect([route, scopes]).toEqual([route, atOwner.get(route)]);
    const isOpenToKeys = !PEOPLE_ONLY.some((pattern) => pattern.test(route));
    expect([route, scopes.length > 0]).toEqual([route, isOpenToKeys]);
    for (const scope of scopes) expect(SCOPES).toContain(scope);
    if (!route.startsWith('GET '))
      expect([route, scopes.some((scope) => scope.endsWith(':write'))]).toEqual([route, isOpenToKeys]);
  }
});
