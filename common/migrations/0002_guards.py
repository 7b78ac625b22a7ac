"""What PostgreSQL itself refuses: changing the audit trail, and turning the business date back."""

from django.db import migrations

REFUSE_CHANGE = """
CREATE FUNCTION common_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % only grows', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
REFUSE_CHANGE_BACK = "DROP FUNCTION common_refuse_change();"

AUDIT = """
ALTER TABLE common_auditentry ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE TRIGGER auditentry_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON common_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE common_auditentry ENABLE ALWAYS TRIGGER auditentry_only_grows;
CREATE TRIGGER auditlink_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON common_auditlink
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE common_auditlink ENABLE ALWAYS TRIGGER auditlink_only_grows;
"""
AUDIT_BACK = """
DROP TRIGGER auditlink_only_grows ON common_auditlink;
DROP TRIGGER auditentry_only_grows ON common_auditentry;
ALTER TABLE common_auditentry DROP COLUMN xid;
"""

BUSINESS_DATE = """
CREATE FUNCTION common_business_date_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.open_on < OLD.open_on THEN
        RAISE EXCEPTION 'the business date never goes back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER business_date_moves_on BEFORE UPDATE ON common_businessdate
    FOR EACH ROW EXECUTE FUNCTION common_business_date_moves_on();
ALTER TABLE common_businessdate ENABLE ALWAYS TRIGGER business_date_moves_on;
CREATE TRIGGER business_date_stays BEFORE DELETE OR TRUNCATE ON common_businessdate
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE common_businessdate ENABLE ALWAYS TRIGGER business_date_stays;
"""
BUSINESS_DATE_BACK = """
DROP TRIGGER business_date_stays ON common_businessdate;
DROP TRIGGER business_date_moves_on ON common_businessdate;
DROP FUNCTION common_business_date_moves_on();
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial")]
    operations = [
        migrations.RunSQL(REFUSE_CHANGE, REFUSE_CHANGE_BACK),
        migrations.RunSQL(AUDIT, AUDIT_BACK),
        migrations.RunSQL(BUSINESS_DATE, BUSINESS_DATE_BACK),
    ]
