"""The ledger's laws, kept by PostgreSQL: balanced at commit, sealed with its transaction, permanent.

One deferred trigger fires once per entry header (not per posting, so a long entry costs linear
time) and seals the entry; postings may join an entry only in the transaction that wrote its header
and only until it is sealed, so that bringing the check forward gains nothing. All triggers are
ENABLE ALWAYS, so that replication roles do not step round them. The functions name their schema
and search temporary tables last: a temporary table of the same name deceives nobody.
"""

from django.db import migrations

CHART = """
INSERT INTO lending_ledgeraccount (code, name, kind) VALUES
    ('1002', 'Bank deposits', 'ASSET'),
    ('1132', 'Interest receivable', 'ASSET'),
    ('1133', 'Penalty interest receivable', 'ASSET'),
    ('1303', 'Loans to borrowers', 'ASSET'),
    ('2241', 'Money held for borrowers', 'LIABILITY'),
    ('2242', 'Points not yet used', 'LIABILITY'),
    ('6011', 'Interest income', 'INCOME'),
    ('6012', 'Penalty interest income', 'INCOME'),
    ('6601', 'Repayment rewards', 'EXPENSE');
"""

BALANCE = """
ALTER TABLE lending_ledgerentry ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();

CREATE TABLE lending_ledgerseal (
    entry_id bigint PRIMARY KEY REFERENCES lending_ledgerentry (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE TRIGGER ledgerseal_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON lending_ledgerseal
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_ledgerseal ENABLE ALWAYS TRIGGER ledgerseal_only_grows;

CREATE FUNCTION lending_entry_is_balanced() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    total numeric;
    sides integer;
BEGIN
    SELECT coalesce(sum(amount_fen), 0), count(*) INTO total, sides
      FROM public.lending_ledgerposting WHERE entry_id = NEW.id;
    IF sides < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'ledger entry % sums to % over % postings', NEW.id, total, sides
            USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO public.lending_ledgerseal (entry_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledgerentry_is_balanced AFTER INSERT ON lending_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION lending_entry_is_balanced();
ALTER TABLE lending_ledgerentry ENABLE ALWAYS TRIGGER ledgerentry_is_balanced;

CREATE FUNCTION lending_posting_joins_its_entry() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added JOIN public.lending_ledgerentry AS entry ON entry.id = added.entry_id
         WHERE entry.xid <> pg_current_xact_id()
    ) OR EXISTS (
        SELECT 1 FROM added JOIN public.lending_ledgerseal AS seal
            ON seal.entry_id = added.entry_id
    ) THEN
        RAISE EXCEPTION 'a posting came after its entry was sealed'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledgerposting_joins_its_entry AFTER INSERT ON lending_ledgerposting
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION lending_posting_joins_its_entry();
ALTER TABLE lending_ledgerposting ENABLE ALWAYS TRIGGER ledgerposting_joins_its_entry;
"""
BALANCE_BACK = """
DROP TRIGGER ledgerposting_joins_its_entry ON lending_ledgerposting;
DROP FUNCTION lending_posting_joins_its_entry();
DROP TRIGGER ledgerentry_is_balanced ON lending_ledgerentry;
DROP FUNCTION lending_entry_is_balanced();
DROP TABLE lending_ledgerseal;
ALTER TABLE lending_ledgerentry DROP COLUMN xid;
"""

ONLY_GROWS = """
CREATE TRIGGER {name}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON lending_{name}
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_{name} ENABLE ALWAYS TRIGGER {name}_only_grows;
"""
ONLY_GROWS_BACK = "DROP TRIGGER {name}_only_grows ON lending_{name};"

TABLES = (
    "ledgerentry",
    "ledgerposting",
    "loantransaction",
    "loancontract",
    "channelevent",
    "costdisclosure",
    "pointsentry",
)


class Migration(migrations.Migration):
    dependencies = [("lending", "0001_initial"), ("common", "0002_guards")]
    operations = [
        migrations.RunSQL(CHART, "DELETE FROM lending_ledgeraccount;"),
        migrations.RunSQL(BALANCE, BALANCE_BACK),
        *(
            migrations.RunSQL(ONLY_GROWS.format(name=name), ONLY_GROWS_BACK.format(name=name))
            for name in TABLES
        ),
    ]
