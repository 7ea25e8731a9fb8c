"""Numbers in blocks, and indexes that leave out work which never pays. See ADR 2 for what it saves.

Nothing is rewritten: the locks last as long as changing a row of the catalogue.
"""

from django.db import migrations

#: One number of the sequence stands for so many lines: asking for each cost a line a tenth. With the
#: name the program that counts in blocks finds only a sequence that does; the default knows it too.
NUMBERS = """
ALTER SEQUENCE ledger_transfer_seq INCREMENT BY 1024;
ALTER SEQUENCE ledger_transfer_seq RENAME TO ledger_transfer_block;
"""
ONE_BY_ONE = """
ALTER SEQUENCE ledger_transfer_block RENAME TO ledger_transfer_seq;
ALTER SEQUENCE ledger_transfer_seq INCREMENT BY 1;
"""

#: Block ranges are summed up by `ledger.seal`: the server's own way queues 256 requests for all
#: databases and writes a line of its log for each one more, which a busy ledger reaches within
#: minutes. Account and number are never twice the same, so looking for that at each split is lost.
INDEXES = """
CREATE FUNCTION ledger_tune_indexes(partition regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    FOR found IN
        SELECT index.oid::regclass AS name, kind.amname AS kind
        FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid
        JOIN pg_am AS kind ON kind.oid = index.relam
        WHERE indrelid = partition AND NOT indisunique
    LOOP
        EXECUTE format('ALTER INDEX %s SET (%s = off)', found.name,
            CASE found.kind WHEN 'brin' THEN 'autosummarize' ELSE 'deduplicate_items' END);
    END LOOP;
END $$;

-- As in 0001, and the new partition's indexes are tuned.
CREATE OR REPLACE FUNCTION ledger_make_partition(month timestamptz) RETURNS boolean
    LANGUAGE plpgsql AS $$
DECLARE
    first timestamptz := date_trunc('month', month, 'UTC');
    name text := 'ledger_transfer_' || to_char(first AT TIME ZONE 'UTC', 'YYYYMM');
    low uuid := ledger_first_id(first);
    high uuid := ledger_first_id(first + interval '1 month');
BEGIN
    IF to_regclass(name) IS NOT NULL THEN RETURN false; END IF;
    LOCK TABLE ledger_transfer IN ACCESS EXCLUSIVE MODE;
    IF to_regclass(name) IS NOT NULL THEN RETURN false; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE ledger_transfer INCLUDING ALL)', name);
    PERFORM ledger_tune_indexes(name::regclass);
    IF EXISTS (SELECT FROM ledger_transfer_default WHERE id >= low AND id < high) THEN
        ALTER TABLE ledger_transfer_default DISABLE TRIGGER appended_only;
        EXECUTE format('WITH moved AS (DELETE FROM ledger_transfer_default
            WHERE id >= $1 AND id < $2 RETURNING *) INSERT INTO %I SELECT * FROM moved', name)
            USING low, high;
        ALTER TABLE ledger_transfer_default ENABLE TRIGGER appended_only;
    END IF;
    EXECUTE format('ALTER TABLE ledger_transfer ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                   name, low, high);
    EXECUTE format('CREATE TRIGGER not_truncated BEFORE TRUNCATE ON %I
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()', name);
    RETURN true;
END $$;

SELECT ledger_tune_indexes(inhrelid::regclass)
    FROM pg_inherits WHERE inhparent = 'ledger_transfer'::regclass;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_first_tables")]
    operations = [
        migrations.RunSQL([NUMBERS, INDEXES], [ONE_BY_ONE]),
    ]
