import 'reflect-metadata';
import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CallerGuard } from './caller.guard.js';
import { Roles } from './caller.js';
import { Clock } from './clock.js';
import { ProblemException } from './problem-exception.js';
import type { TokenVerifier, VerifiedCaller } from './token-verifier.js';

class Shared {
  handle(): void {}
}

@Roles('admin')
class ForAdmins extends Shared {}

@Roles('trader')
class ForTraders extends Shared {}

const trader: VerifiedCaller = { userId: 'usr_1', role: 'trader', expiresAtMs: 0 };

function guardOf(verifier: Partial<TokenVerifier>): CallerGuard {
  return new CallerGuard(new Reflector(), verifier as TokenVerifier, new Clock());
}

function contextOf(target: typeof Shared, request: object): ExecutionContext {
  return {
    getHandler: () => target.prototype.handle,
    getClass: () => target,
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext;
}

const authorized = (): { headers: { authorization: string }; caller?: unknown } => ({
  headers: { authorization: 'Bearer a.b.c' },
});

it('asks of a handler that two classes inherit what each of them says, whoever asked before', () => {
  const guard = guardOf({ known: () => trader });
  for (let round = 0; round < 2; round += 1) {
    expect(guard.canActivate(contextOf(ForTraders, authorized()))).toBe(true);
    expect(() => guard.canActivate(contextOf(ForAdmins, authorized()))).toThrow(ProblemException);
  }
});

it('waits for nobody where the token is known, and remembers the caller either way', async () => {
  const first = authorized();
  expect(guardOf({ known: () => trader }).canActivate(contextOf(Shared, first))).toBe(true);
  const second = authorized();
  await guardOf({ known: () => undefined, verify: async () => trader }).canActivate(contextOf(Shared, second));
  expect([first.caller, second.caller]).toEqual([trader, trader]);
});
