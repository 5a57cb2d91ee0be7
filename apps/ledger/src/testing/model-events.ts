/** What is told of an order, with the amounts that it makes. */
export type ModelEvent =
  | { readonly kind: 'placed'; readonly orderId: string; readonly hold: bigint }
  | {
      readonly kind: 'filled';
      readonly orderId: string;
      readonly number: number;
      readonly cost: bigint;
      /** Its part of the hold, in cents. */
      readonly part: bigint;
      readonly fee: bigint;
      readonly isLast: boolean;
      readonly revision: number;
    }
  | ModelReplacement
  | { readonly kind: 'ended'; readonly orderId: string; readonly fills: number }
  | {
      readonly kind: 'closed';
      readonly orderId: string;
      /** What was reserved for what it closes, and the profit or, below zero, the loss. */
      readonly reserved: bigint;
      readonly pnl: bigint;
      readonly fee: bigint;
    };

/** Of the replacement of an order; `need` in cents, `fills` so far. */
export type ModelReplacement =
  | {
      readonly kind: 'raise';
      readonly orderId: string;
      readonly revision: number;
      readonly need: bigint | undefined;
      readonly fills: number;
    }
  | {
      readonly kind: 'replaced';
      readonly orderId: string;
      readonly revision: number;
      readonly need: bigint;
      /** Filled so far. */
      readonly tenths: bigint;
      readonly fills: number;
    }
  | { readonly kind: 'unreplaced'; readonly orderId: string; readonly revision: number; readonly hasAsked: boolean };
