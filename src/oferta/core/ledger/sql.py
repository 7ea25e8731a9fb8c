"""The ledger's statements. Arrays go in as text: one parameter, one plan, any length.

Every `unnest` that is joined takes one array: the planner guesses ten rows for several in one
call and then loops (see docs/rooms/ledger.md, pitfalls).
"""

from __future__ import annotations

LOCK_HOLDS = """
SELECT id, debit, credit, amount, expires_at, decision_id FROM ledger_hold
WHERE id = ANY(%s::uuid[]) ORDER BY id FOR UPDATE"""

LOCK_ACCOUNTS = """
SELECT id, unit, balance_limit, floor, closed,
       debits_posted, credits_posted, debits_pending, credits_pending, ctid::text
FROM ledger_account WHERE id = ANY(%s::int8[]) ORDER BY id FOR NO KEY UPDATE"""

BOOKED_COLUMNS = """id, kind, debit, credit, amount, held, pending_id, reverses, code, event_at,
    decision_id, expires_at, debit_balance, credit_balance"""

# Ids are made in the order of time, so those of a batch are mostly newer than all that is known.
# The numbers are taken here, behind the locks, so that for each account they follow the order.
ANY_KNOWN = """
SELECT EXISTS (SELECT FROM ledger_transfer WHERE id BETWEEN %(low)s::uuid AND %(high)s::uuid)
       OR EXISTS (SELECT FROM ledger_refusal WHERE id BETWEEN %(low)s::uuid AND %(high)s::uuid),
       ARRAY(SELECT nextval('ledger_transfer_block') FROM generate_series(1, %(blocks)s::int4))"""
#: Lines to a number of the sequence, as its INCREMENT BY says.
BLOCK = 1024

# The bounds leave out the partitions that cannot hold any of the ids.
READ_BOOKED = f"""
SELECT {BOOKED_COLUMNS} FROM ledger_transfer
WHERE id = ANY(%s::uuid[]) AND id BETWEEN %s::uuid AND %s::uuid"""  # noqa: S608 - constants

READ_REFUSED = "SELECT id, code, fingerprint FROM ledger_refusal WHERE id = ANY(%s::uuid[])"

READ_RESOLVED = "SELECT pending_id, kind FROM ledger_resolution WHERE pending_id = ANY(%s::uuid[])"

READ_REVERSED = "SELECT reversed_id FROM ledger_reversal WHERE reversed_id = ANY(%s::uuid[])"

# Rows that are locked stay where they are, so they are found again by place, without an index
# and without a join: each row looks up its totals by halving the sorted ids.
_PLACE = "width_bucket(id, %(ids)s::int8[])"
_WRITE = f"""
UPDATE ledger_account SET debits_posted = (%(a)s::int8[])[{_PLACE}],
    credits_posted = (%(b)s::int8[])[{_PLACE}]{{pending}}
WHERE ctid = ANY(%(places)s::tid[]) AND (%(ids)s::int8[])[{_PLACE}] = id"""  # noqa: S608 - constants
WRITE_POSTED = _WRITE.format(pending="")
WRITE_ACCOUNTS = _WRITE.format(
    pending=f""",
    debits_pending = (%(c)s::int8[])[{_PLACE}], credits_pending = (%(d)s::int8[])[{_PLACE}]"""
)

COPY_BOOKED = f"COPY ledger_transfer ({BOOKED_COLUMNS}, seq) FROM STDIN (FORMAT binary)"

WRITE_HOLDS = """
INSERT INTO ledger_hold (id, debit, credit, amount, expires_at, decision_id)
SELECT * FROM unnest(%s::uuid[], %s::int8[], %s::int8[], %s::int8[], %s::timestamptz[], %s::uuid[])
"""

DELETE_HOLDS = "DELETE FROM ledger_hold WHERE id = ANY(%s::uuid[])"

WRITE_RESOLVED = """
INSERT INTO ledger_resolution (pending_id, resolved_by, kind)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::int2[])"""

WRITE_REVERSED = """
INSERT INTO ledger_reversal (reversed_id, reversed_by) SELECT * FROM unnest(%s::uuid[], %s::uuid[])
"""

WRITE_REFUSED = """
INSERT INTO ledger_refusal (id, code, fingerprint)
SELECT * FROM unnest(%s::uuid[], %s::int2[], %s::bytea[]) ON CONFLICT (id) DO NOTHING"""

OPEN_ACCOUNTS = """
WITH asked AS (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::int2[], %s::int8[])
        AS asked (key, unit, balance_limit, floor)
), named AS (
    INSERT INTO ledger_account_key (key, account_id)
    SELECT key, nextval(pg_get_serial_sequence('ledger_account', 'id')) FROM asked
    WHERE NOT EXISTS (SELECT FROM ledger_account_key AS old WHERE old.key = asked.key)
    ORDER BY key
    ON CONFLICT (key) DO NOTHING
    RETURNING key, account_id
)
INSERT INTO ledger_account (id, unit, balance_limit, floor)
SELECT named.account_id, asked.unit, asked.balance_limit, asked.floor
FROM named JOIN asked USING (key)"""

ACCOUNT = """
SELECT account.id, name.key, unit, balance_limit, floor, closed,
       debits_posted, credits_posted, debits_pending, credits_pending
FROM ledger_account AS account JOIN ledger_account_key AS name ON name.account_id = account.id"""

ACCOUNTS_BY_KEY = f"{ACCOUNT} WHERE name.key = ANY(%s::text[])"
ACCOUNTS_BY_ID = f"{ACCOUNT} WHERE account.id = ANY(%s::int8[])"
ACCOUNTS_BY_PREFIX = f"""{ACCOUNT}
WHERE starts_with(name.key, %s) AND name.key > %s ORDER BY name.key LIMIT %s"""

SET_CLOSED = """
WITH locked AS (
    SELECT id FROM ledger_account WHERE id = ANY(%s::int8[]) ORDER BY id FOR NO KEY UPDATE
)
UPDATE ledger_account AS account SET closed = %s FROM locked WHERE account.id = locked.id"""

DUE_HOLDS = """
SELECT id, debit, credit, amount, expires_at, decision_id FROM ledger_hold
WHERE expires_at <= %s ORDER BY expires_at, id LIMIT %s"""

OPEN_HOLDS = """
SELECT id, debit, credit, amount, expires_at, decision_id FROM ledger_hold
WHERE id = ANY(%s::uuid[])"""

HOLDS_OF_ACCOUNT = """
SELECT id, debit, credit, amount, expires_at, decision_id FROM ledger_hold
WHERE debit = %(account)s OR credit = %(account)s ORDER BY id"""

BOOKED_BETWEEN = f"""
SELECT {BOOKED_COLUMNS} FROM ledger_transfer
WHERE id BETWEEN %s::uuid AND %s::uuid ORDER BY id DESC LIMIT %s"""  # noqa: S608 - constants

# What became of a transfer: who posted or voided its hold, who took it back.
FOLLOWED = """
SELECT (SELECT resolved_by FROM ledger_resolution WHERE pending_id = %(id)s::uuid),
       (SELECT reversed_by FROM ledger_reversal WHERE reversed_id = %(id)s::uuid)"""

# What posted these holds.
POSTED = """
SELECT resolved_by FROM ledger_resolution WHERE pending_id = ANY(%s::uuid[]) AND kind = 2"""

BOOKED_OF_DECISIONS = f"""
SELECT {BOOKED_COLUMNS} FROM ledger_transfer
WHERE decision_id = ANY(%s::uuid[]) ORDER BY seq"""  # noqa: S608 - constants

_TOTALS = """
SELECT coalesce(sum(amount) FILTER (WHERE debit = %(account)s), 0)::int8,
       coalesce(sum(amount) FILTER (WHERE credit = %(account)s), 0)::int8
FROM (SELECT debit, credit, amount, kind, {column} AS moment FROM ledger_transfer
          WHERE debit = %(account)s
      UNION ALL
      SELECT debit, credit, amount, kind, {column} FROM ledger_transfer
          WHERE credit = %(account)s) AS seen
WHERE kind IN (0, 2) AND moment <= %(at)s"""
TOTALS_BY_EVENT = _TOTALS.format(column="event_at")
TOTALS_BY_BOOKING = _TOTALS.format(column="booked_at")

STATEMENT = """
SELECT * FROM (
    (SELECT seq, id, kind, code, event_at, booked_at, credit AS other,
            CASE WHEN kind IN (0, 2) THEN -amount ELSE 0 END AS change,
            CASE WHEN kind = 1 THEN -amount ELSE coalesce(held, 0) END AS held,
            debit_balance AS balance, decision_id, pending_id, reverses
     FROM ledger_transfer WHERE debit = %(account)s AND seq > %(after)s
     ORDER BY seq LIMIT %(limit)s)
    UNION ALL
    (SELECT seq, id, kind, code, event_at, booked_at, debit,
            CASE WHEN kind IN (0, 2) THEN amount ELSE 0 END,
            CASE WHEN kind = 1 THEN amount ELSE -coalesce(held, 0) END,
            credit_balance, decision_id, pending_id, reverses
     FROM ledger_transfer WHERE credit = %(account)s AND seq > %(after)s
     ORDER BY seq LIMIT %(limit)s)
) AS line ORDER BY seq LIMIT %(limit)s"""
