"""What must never be found in the book: one statement per invariant, returning what breaks it."""

from __future__ import annotations

CHECKS: dict[str, str] = {
    # I1: every unit sums to zero, posted and pending.
    "I1": """
SELECT unit, format('posted %s, pending %s', sum(credits_posted) - sum(debits_posted),
                    sum(credits_pending) - sum(debits_pending))
FROM ledger_account GROUP BY unit
HAVING sum(debits_posted) <> sum(credits_posted) OR sum(debits_pending) <> sum(credits_pending)""",
    # I2: every account's totals equal its history.
    "I2": """
SELECT coalesce(account.id, history.id), format('account %s, journal %s',
    (debits_posted, credits_posted, debits_pending, credits_pending)::text, (a, b, c, d)::text)
FROM ledger_account AS account
FULL JOIN (
    SELECT id, sum(a)::int8 AS a, sum(b)::int8 AS b, sum(c)::int8 AS c, sum(d)::int8 AS d FROM (
        SELECT debit AS id, CASE WHEN kind <> 1 THEN amount ELSE 0 END AS a, 0 AS b,
               CASE WHEN kind = 1 THEN amount ELSE -coalesce(held, 0) END AS c, 0 AS d
        FROM ledger_transfer
        UNION ALL
        SELECT credit, 0, CASE WHEN kind <> 1 THEN amount ELSE 0 END,
               0, CASE WHEN kind = 1 THEN amount ELSE -coalesce(held, 0) END
        FROM ledger_transfer) AS change GROUP BY id
) AS history ON history.id = account.id
WHERE (debits_posted, credits_posted, debits_pending, credits_pending)
    IS DISTINCT FROM (coalesce(a, 0), coalesce(b, 0), coalesce(c, 0), coalesce(d, 0))""",
    # I3: holds are the unresolved pendings; each is resolved at most once.
    "I3": """
SELECT coalesce(pending.id, hold.id), CASE WHEN hold.id IS NULL THEN 'pending without its hold'
    WHEN pending.id IS NULL THEN 'hold without an open pending' ELSE 'hold differs' END
FROM (SELECT * FROM ledger_transfer AS open WHERE kind = 1 AND NOT EXISTS (
          SELECT FROM ledger_resolution AS done WHERE done.pending_id = open.id)) AS pending
FULL JOIN ledger_hold AS hold ON hold.id = pending.id
WHERE (pending.debit, pending.credit, pending.amount, pending.expires_at, pending.decision_id)
    IS DISTINCT FROM (hold.debit, hold.credit, hold.amount, hold.expires_at, hold.decision_id)
UNION ALL
SELECT coalesce(done.pending_id, entry.pending_id), 'resolution and journal differ'
FROM ledger_resolution AS done
FULL JOIN (SELECT * FROM ledger_transfer WHERE kind IN (2, 3)) AS entry
    ON entry.id = done.resolved_by
WHERE (done.pending_id, done.kind) IS DISTINCT FROM (entry.pending_id, entry.kind)
UNION ALL
SELECT entry.id, 'resolves what was never held so'
FROM ledger_transfer AS entry
LEFT JOIN ledger_transfer AS pending ON pending.id = entry.pending_id AND pending.kind = 1
WHERE entry.kind IN (2, 3) AND (pending.debit, pending.credit, pending.amount)
    IS DISTINCT FROM (entry.debit, entry.credit, entry.held)""",
    # I4: no account is beyond its limit.
    "I4": """
SELECT id, format('balance %s, floor %s', credits_posted - debits_posted, floor)
FROM ledger_account
WHERE (balance_limit = 1 AND debits_posted + debits_pending > credits_posted - floor)
   OR (balance_limit = 2 AND credits_posted + credits_pending > debits_posted - floor)""",
    # I5: running balances are continuous.
    "I5": """
SELECT id, format('transfer %s: balance %s, should be %s', transfer, said, summed) FROM (
    SELECT id, transfer, seq, said, sum(change) OVER (PARTITION BY id ORDER BY seq) AS summed FROM (
        SELECT debit AS id, id AS transfer, seq, debit_balance AS said,
               CASE WHEN kind IN (0, 2) THEN -amount ELSE 0 END AS change FROM ledger_transfer
        UNION ALL
        SELECT credit, id, seq, credit_balance,
               CASE WHEN kind IN (0, 2) THEN amount ELSE 0 END FROM ledger_transfer
    ) AS entry) AS running
WHERE said <> summed""",
    # I6: every transfer stays within one unit, between accounts that exist.
    "I6": """
SELECT entry.id, 'its accounts are kept in different units or missing'
FROM ledger_transfer AS entry
LEFT JOIN ledger_account AS debit ON debit.id = entry.debit
LEFT JOIN ledger_account AS credit ON credit.id = entry.credit
WHERE debit.unit IS DISTINCT FROM credit.unit OR debit.unit IS NULL""",
    # I7: nothing refused is booked.
    "I7": """
SELECT refusal.id, 'refused, yet booked' FROM ledger_refusal AS refusal
JOIN ledger_transfer AS entry ON entry.id = refusal.id""",
    # I9: a reversal mirrors one transfer, and each is reversed at most once. (I8: the seals.)
    "I9": """
SELECT coalesce(done.reversed_id, entry.reverses), 'reversal and journal differ'
FROM ledger_reversal AS done
FULL JOIN (SELECT * FROM ledger_transfer WHERE reverses IS NOT NULL) AS entry
    ON entry.id = done.reversed_by
LEFT JOIN ledger_transfer AS original ON original.id = entry.reverses
WHERE done.reversed_id IS DISTINCT FROM entry.reverses
   OR (original.debit, original.credit, original.amount)
      IS DISTINCT FROM (entry.credit, entry.debit, entry.amount)""",
}
