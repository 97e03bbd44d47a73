-- Two roles with the least rights: errata_plan reads, errata_apply corrects. For the table public.daily_totals with the
-- compared columns total and events; put your names in their place, and repeat the grants for each table.
--
--   psql -v ON_ERROR_STOP=1 -f deploy/postgres/roles.sql app
--
-- Run by the owner of the table and of the database, who may create roles; then set passwords with \password. RolesIT runs
-- this file as it stands, plans as errata_plan, and applies, verifies and rolls back as errata_apply.

CREATE ROLE errata_plan LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
CREATE ROLE errata_apply LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;

-- What nobody needs who isn't an owner. PostgreSQL 14 and older give it to everybody.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

GRANT USAGE ON SCHEMA public TO errata_plan, errata_apply;

-- The ledger, created here so that errata_apply needs no right to create tables, and owns nothing: it can add to the
-- ledger, and neither change nor delete what is in it.
CREATE TABLE IF NOT EXISTS public.errata_ledger (
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

CREATE INDEX IF NOT EXISTS errata_ledger_plan ON public.errata_ledger (table_name, plan, id);

CREATE TABLE IF NOT EXISTS public.errata_ledger_row (
  ledger bigint NOT NULL REFERENCES public.errata_ledger (id),
  -- SHA-256 of the canonical form of the key columns.
  key_digest bytea NOT NULL,
  -- SHA-256 of the whole row as it was written, as in a plan's guards; null where the row was deleted.
  after_digest bytea,
  PRIMARY KEY (ledger, key_digest)
);

-- To plan, check, verify and list the history. The second keeps what goes wrong elsewhere from writing.
GRANT SELECT ON public.daily_totals, public.errata_ledger TO errata_plan;
ALTER ROLE errata_plan SET default_transaction_read_only TO on;

-- To apply and roll back: the compared columns, and those of table.set. Leave out INSERT or DELETE where your plans never
-- have them. UPDATE stays, since only who may update a column may lock a row.
GRANT SELECT, INSERT, DELETE, UPDATE (total, events) ON public.daily_totals TO errata_apply;
GRANT SELECT, INSERT ON public.errata_ledger, public.errata_ledger_row TO errata_apply;

-- Only for a spec with limits.table-load or limits.table-lag (docs/protecting.md); by an administrator:
--   GRANT pg_read_all_stats TO errata_plan, errata_apply;

-- The corrections are staged in a temporary table. PostgreSQL lets everybody create one, unless that was revoked; then:
--   GRANT TEMPORARY ON DATABASE app TO errata_apply;
