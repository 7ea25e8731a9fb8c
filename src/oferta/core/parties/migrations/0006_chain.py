"""Seals over the audit log."""

from django.db import migrations

# Which database transaction wrote a line, and a digest of its reason that erasing leaves behind.
COLUMNS = """
ALTER TABLE parties_auditentry
    ADD COLUMN xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    ADD COLUMN salt text DEFAULT (gen_random_uuid()::text),
    ADD COLUMN reason_digest bytea;
CREATE INDEX audit_by_transaction ON parties_auditentry (xid);
CREATE FUNCTION oferta_seal_reason() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.xid := pg_current_xact_id()::text::bigint;
    NEW.salt := gen_random_uuid()::text;
    NEW.reason_digest := sha256(convert_to(NEW.salt || NEW.reason, 'UTF8'));
    RETURN NEW;
END
$$;
CREATE TRIGGER seal_reason BEFORE INSERT ON parties_auditentry
    FOR EACH ROW EXECUTE FUNCTION oferta_seal_reason();
CREATE OR REPLACE TRIGGER added_only BEFORE UPDATE OR DELETE ON parties_auditentry
    FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change_but_erasing('reason', 'salt');
"""
COLUMNS_BACK = """
CREATE OR REPLACE TRIGGER added_only BEFORE UPDATE OR DELETE ON parties_auditentry
    FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change_but_erasing('reason');
DROP TRIGGER seal_reason ON parties_auditentry;
DROP FUNCTION oferta_seal_reason();
ALTER TABLE parties_auditentry DROP COLUMN xid, DROP COLUMN salt, DROP COLUMN reason_digest;
"""
SEALS = """
CREATE TABLE parties_auditseal (
    no integer PRIMARY KEY CHECK (no > 0),
    from_xid bigint NOT NULL,
    to_xid bigint NOT NULL CHECK (to_xid > from_xid),
    entries integer NOT NULL CHECK (entries > 0),
    digest bytea NOT NULL CHECK (length(digest) = 32),
    hash bytea NOT NULL CHECK (length(hash) = 32)
);
CREATE TRIGGER added_only BEFORE UPDATE OR DELETE ON parties_auditseal
    FOR EACH ROW EXECUTE FUNCTION oferta_refuse_change();
CREATE TRIGGER added_only_whole BEFORE TRUNCATE ON parties_auditseal
    FOR EACH STATEMENT EXECUTE FUNCTION oferta_refuse_change();
"""


class Migration(migrations.Migration):
    """Seals over the audit log."""

    dependencies = [("parties", "0005_erasable")]
    operations = [
        migrations.RunSQL(COLUMNS, COLUMNS_BACK),
        migrations.RunSQL(SEALS, "DROP TABLE parties_auditseal"),
    ]
