"""What PostgreSQL keeps of products: a published version stands, a merchant keeps its account.

All triggers are ENABLE ALWAYS, so that replication roles do not step round them.
"""

from django.db import migrations

IN_FORCE = "UPDATE lending_loanproduct SET state = 'PUBLISHED';"

PRODUCTS = """
CREATE FUNCTION lending_product_stands() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    is_used boolean := OLD.state <> 'DRAFT'
        OR EXISTS (SELECT FROM public.lending_loanapplication WHERE product_id = OLD.id)
        OR EXISTS (SELECT FROM public.lending_loan WHERE product_id = OLD.id);
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF is_used THEN
            RAISE EXCEPTION 'version % of product % is kept', OLD.version, OLD.code
                USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF is_used AND to_jsonb(NEW) - '{state,is_open}'::text[]
        IS DISTINCT FROM to_jsonb(OLD) - '{state,is_open}'::text[] THEN
        RAISE EXCEPTION 'version % of product % stands as it is', OLD.version, OLD.code
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.state, NEW.state) IN
        (('PUBLISHED', 'DRAFT'), ('RETIRED', 'DRAFT'), ('RETIRED', 'PUBLISHED')) THEN
        RAISE EXCEPTION 'version % of product % does not go back', OLD.version, OLD.code
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER loanproduct_stands BEFORE UPDATE OR DELETE ON lending_loanproduct
    FOR EACH ROW EXECUTE FUNCTION lending_product_stands();
ALTER TABLE lending_loanproduct ENABLE ALWAYS TRIGGER loanproduct_stands;
CREATE TRIGGER loanproduct_is_kept BEFORE TRUNCATE ON lending_loanproduct
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_loanproduct ENABLE ALWAYS TRIGGER loanproduct_is_kept;
"""
PRODUCTS_BACK = """
DROP TRIGGER loanproduct_is_kept ON lending_loanproduct;
DROP TRIGGER loanproduct_stands ON lending_loanproduct;
DROP FUNCTION lending_product_stands();
"""

STANDING = """
CREATE FUNCTION lending_row_stands() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - TG_ARGV[1]::text[] IS DISTINCT FROM to_jsonb(OLD) - TG_ARGV[1]::text[]
        AND (TG_ARGV[0] = '' OR to_jsonb(OLD) ->> TG_ARGV[0] = TG_ARGV[2]) THEN
        RAISE EXCEPTION 'row % of % stands as it is', OLD.id, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER merchant_keeps_account BEFORE UPDATE ON lending_merchant FOR EACH ROW
    EXECUTE FUNCTION lending_row_stands('', '{is_open,author_id,approver_id,name_zh,name_en}', '');
ALTER TABLE lending_merchant ENABLE ALWAYS TRIGGER merchant_keeps_account;
CREATE TRIGGER productproposal_stands BEFORE UPDATE ON lending_productproposal FOR EACH ROW
    WHEN (OLD.state <> 'PROPOSED') EXECUTE FUNCTION lending_row_stands('', '{}', '');
ALTER TABLE lending_productproposal ENABLE ALWAYS TRIGGER productproposal_stands;
CREATE TRIGGER sceneevidence_stands BEFORE UPDATE ON lending_sceneevidence FOR EACH ROW
    EXECUTE FUNCTION lending_row_stands('is_live', '{is_live}', 'true');
ALTER TABLE lending_sceneevidence ENABLE ALWAYS TRIGGER sceneevidence_stands;
"""
STANDING_BACK = """
DROP TRIGGER sceneevidence_stands ON lending_sceneevidence;
DROP TRIGGER productproposal_stands ON lending_productproposal;
DROP TRIGGER merchant_keeps_account ON lending_merchant;
DROP FUNCTION lending_row_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("lending", "0007_product_versions"), ("common", "0002_guards")]
    operations = [
        migrations.RunSQL(IN_FORCE, migrations.RunSQL.noop),
        migrations.RunSQL(PRODUCTS, PRODUCTS_BACK),
        migrations.RunSQL(STANDING, STANDING_BACK),
    ]
