import type { Role } from '@ballast/contracts/accounts';

/** Roles that may see and move everybody's capital. */
const EVERYBODYS: readonly Role[] = ['operator', 'admin'];

/** Whether the caller may use a profile of this owner; to everybody else the profile does not exist. */
export function mayUse(caller: { readonly userId: string; readonly role: Role }, ownerId: string): boolean {
  return caller.userId === ownerId || EVERYBODYS.includes(caller.role);
}
