-- The ledger beside a live table: one row for each apply or rollback that was committed, and for each row that it wrote what
-- that row was like afterwards. Errata creates it with the first apply where its role has CREATE on the schema; otherwise a
-- database administrator runs this file once for each schema (${schema} is its quoted name) and grants the role that applies:
--   GRANT SELECT, INSERT ON ${schema}.errata_ledger, ${schema}.errata_ledger_row TO …;

CREATE TABLE IF NOT EXISTS ${schema}.errata_ledger (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  plan text NOT NULL,
  action text NOT NULL CHECK (action IN ('APPLY', 'ROLLBACK')),
  seal text NOT NULL,
  table_name text NOT NULL,
  worker text NOT NULL,
  window_from timestamptz NOT NULL,
  window_to timestamptz NOT NULL,
  inserted bigint NOT NULL,
  updated bigint NOT NULL,
  deleted bigint NOT NULL,
  conflicts bigint NOT NULL,
  written_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
  written_by text NOT NULL DEFAULT current_user,
  -- Of the transaction that wrote this: by them a client that lost its connection finds out how it ended.
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  token uuid NOT NULL DEFAULT gen_random_uuid()
);

CREATE INDEX IF NOT EXISTS errata_ledger_plan ON ${schema}.errata_ledger (table_name, plan, id);

CREATE TABLE IF NOT EXISTS ${schema}.errata_ledger_row (
  ledger bigint NOT NULL REFERENCES ${schema}.errata_ledger (id),
  -- SHA-256 of the canonical form of the key columns.
  key_digest bytea NOT NULL,
  -- SHA-256 of the whole row as it was written, as in a plan's guards; null where the row was deleted.
  after_digest bytea,
  PRIMARY KEY (ledger, key_digest)
);
