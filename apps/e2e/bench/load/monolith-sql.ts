/** Tables of the monolith. Amounts are cents in whole numbers, as the ledger's are. */
export const TABLES = `
  CREATE TABLE accounts (profile_id text PRIMARY KEY, allocated bigint NOT NULL, for_orders bigint NOT NULL DEFAULT 0,
    for_positions bigint NOT NULL DEFAULT 0, fees bigint NOT NULL DEFAULT 0);
  CREATE TABLE orders (id text PRIMARY KEY, profile_id text NOT NULL REFERENCES accounts, key text NOT NULL,
    request_hash text NOT NULL, symbol text NOT NULL, side text NOT NULL, type text NOT NULL, quantity numeric NOT NULL,
    hold bigint NOT NULL, state text NOT NULL, created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    filled_at timestamptz, settled_at timestamptz, UNIQUE (profile_id, key));
  CREATE TABLE executions (id text PRIMARY KEY, order_id text NOT NULL REFERENCES orders, quantity numeric NOT NULL,
    price numeric NOT NULL, fee bigint NOT NULL, executed_at timestamptz NOT NULL DEFAULT clock_timestamp());
  CREATE TABLE postings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, profile_id text NOT NULL, order_id text NOT NULL,
    kind text NOT NULL, units bigint NOT NULL, available bigint NOT NULL, posted_at timestamptz NOT NULL DEFAULT clock_timestamp());
  CREATE TABLE audit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, profile_id text NOT NULL, type text NOT NULL,
    subject text NOT NULL, data jsonb NOT NULL, recorded_at timestamptz NOT NULL DEFAULT clock_timestamp());
  CREATE INDEX ON audit (profile_id, id);
  CREATE INDEX ON postings (profile_id, id)`;

/** The order, unless its key was used; the account is not touched yet. */
export const PLACE = `
  INSERT INTO orders (id, profile_id, key, request_hash, symbol, side, type, quantity, hold, state)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'accepted') ON CONFLICT (profile_id, key) DO NOTHING RETURNING id`;

/** The capital for it, if there is enough, with its posting and its audit row; no row where there is not. */
export const RESERVE = `
  WITH held AS (UPDATE accounts SET for_orders = for_orders + $3
      WHERE profile_id = $2 AND allocated - for_orders - for_positions - fees >= $3
      RETURNING allocated - for_orders - for_positions - fees AS available),
    posted AS (INSERT INTO postings (profile_id, order_id, kind, units, available)
      SELECT $2, $1, 'hold', $3, available FROM held RETURNING units)
  INSERT INTO audit (profile_id, type, subject, data) SELECT $2, 'order.accepted', $1, $4 FROM posted RETURNING id`;

/** The execution and the order's end, once, with its audit row. */
export const FILL = `
  WITH filled AS (UPDATE orders SET state = 'filled', filled_at = clock_timestamp()
      WHERE id = $1 AND state = 'accepted' RETURNING profile_id, quantity),
    executed AS (INSERT INTO executions (id, order_id, quantity, price, fee)
      SELECT $2, $1, quantity, $3, $4 FROM filled RETURNING id)
  INSERT INTO audit (profile_id, type, subject, data)
  SELECT profile_id, 'order.executed', $1, $5 FROM filled, executed RETURNING id`;

/** The money: hold, position and fee, with posting and audit row, once. */
export const SETTLE = `
  WITH settled AS (UPDATE orders SET settled_at = clock_timestamp()
      WHERE id = $1 AND settled_at IS NULL RETURNING profile_id, hold),
    moved AS (UPDATE accounts SET for_orders = for_orders - hold, for_positions = for_positions + $2, fees = fees + $3
      FROM settled WHERE accounts.profile_id = settled.profile_id
      RETURNING accounts.profile_id, allocated - for_orders - for_positions - fees AS available),
    posted AS (INSERT INTO postings (profile_id, order_id, kind, units, available)
      SELECT profile_id, $1, 'execution', $2, available FROM moved RETURNING profile_id)
  INSERT INTO audit (profile_id, type, subject, data) SELECT profile_id, 'capital.posted', $1, $4 FROM posted RETURNING id`;
