"""What was found stays found, and a closed alert stays closed: PostgreSQL refuses the rest."""

from django.db import migrations

STANDS = """
CREATE TRIGGER alert_finding_stands BEFORE UPDATE ON monitoring_alert FOR EACH ROW
    WHEN (
        (OLD.loan_id, OLD.borrower_id, OLD.rule, OLD.rule_version, OLD.window_key, OLD.severity,
         OLD.value, OLD.baseline, OLD.count, OLD.evidence, OLD.found_on, OLD.raised_at)
        IS DISTINCT FROM
        (NEW.loan_id, NEW.borrower_id, NEW.rule, NEW.rule_version, NEW.window_key, NEW.severity,
         NEW.value, NEW.baseline, NEW.count, NEW.evidence, NEW.found_on, NEW.raised_at)
        OR OLD.state = 'CLOSED'
    )
    EXECUTE FUNCTION common_refuse_change();
ALTER TABLE monitoring_alert ENABLE ALWAYS TRIGGER alert_finding_stands;
CREATE TRIGGER alert_stays BEFORE DELETE OR TRUNCATE ON monitoring_alert
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE monitoring_alert ENABLE ALWAYS TRIGGER alert_stays;
"""
STANDS_BACK = """
DROP TRIGGER alert_stays ON monitoring_alert;
DROP TRIGGER alert_finding_stands ON monitoring_alert;
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial"), ("common", "0002_guards")]
    operations = [migrations.RunSQL(STANDS, STANDS_BACK)]
