"""What closing leans on in PostgreSQL: pictures only grow, postings are checked by statements.

That an entry and an account exist was asked row by row, which made a closing twice as long; now
it is asked once for a statement, in the trigger that looks at every statement anyhow. Rows that
every closing changes leave room on their page, so that the new version lies beside the old one.
"""

from django.db import migrations

JOINS = """
CREATE OR REPLACE FUNCTION lending_posting_joins_its_entry() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT entry_id FROM added) AS touched
          LEFT JOIN public.lending_ledgerentry AS entry ON entry.id = touched.entry_id
         WHERE entry.xid IS DISTINCT FROM pg_current_xact_id()
    ) OR EXISTS (
        SELECT 1 FROM (SELECT DISTINCT entry_id FROM added) AS touched
          JOIN public.lending_ledgerseal AS seal ON seal.entry_id = touched.entry_id
    ) THEN
        RAISE EXCEPTION 'a posting came without its entry, or after it was sealed'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT account_id FROM added) AS touched
         WHERE NOT EXISTS (SELECT 1 FROM public.lending_ledgeraccount AS account
                            WHERE account.code = touched.account_id)
    ) THEN
        RAISE EXCEPTION 'a posting names an account that is not in the chart'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$;
"""
JOINS_BACK = """
CREATE OR REPLACE FUNCTION lending_posting_joins_its_entry() RETURNS trigger LANGUAGE plpgsql
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
"""

ACCOUNTS_STAY = """
CREATE FUNCTION lending_account_stays() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.lending_ledgerposting WHERE account_id = OLD.code) THEN
        RAISE EXCEPTION 'account % has postings', OLD.code
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER ledgeraccount_stays BEFORE DELETE ON lending_ledgeraccount
    FOR EACH ROW EXECUTE FUNCTION lending_account_stays();
ALTER TABLE lending_ledgeraccount ENABLE ALWAYS TRIGGER ledgeraccount_stays;
CREATE TRIGGER ledgeraccount_keeps_its_code BEFORE UPDATE OF code ON lending_ledgeraccount
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_ledgeraccount ENABLE ALWAYS TRIGGER ledgeraccount_keeps_its_code;
CREATE TRIGGER ledgeraccount_is_not_emptied BEFORE TRUNCATE ON lending_ledgeraccount
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_ledgeraccount ENABLE ALWAYS TRIGGER ledgeraccount_is_not_emptied;
"""
ACCOUNTS_STAY_BACK = """
DROP TRIGGER ledgeraccount_is_not_emptied ON lending_ledgeraccount;
DROP TRIGGER ledgeraccount_keeps_its_code ON lending_ledgeraccount;
DROP TRIGGER ledgeraccount_stays ON lending_ledgeraccount;
DROP FUNCTION lending_account_stays();
"""

ONLY_GROWS = """
CREATE TRIGGER loansnapshot_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON lending_loansnapshot
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_loansnapshot ENABLE ALWAYS TRIGGER loansnapshot_only_grows;
"""
ONLY_GROWS_BACK = "DROP TRIGGER loansnapshot_only_grows ON lending_loansnapshot;"

ROOM = """
ALTER TABLE lending_loan SET (fillfactor = 50);
ALTER TABLE lending_instalment SET (fillfactor = 80);
"""
ROOM_BACK = """
ALTER TABLE lending_loan RESET (fillfactor);
ALTER TABLE lending_instalment RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("lending", "0005_closing")]
    operations = [
        migrations.RunSQL(JOINS, JOINS_BACK),
        migrations.RunSQL(ACCOUNTS_STAY, ACCOUNTS_STAY_BACK),
        migrations.RunSQL(ONLY_GROWS, ONLY_GROWS_BACK),
        migrations.RunSQL(ROOM, ROOM_BACK),
    ]
