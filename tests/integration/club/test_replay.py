"""The main job: payments through the loop, on real PostgreSQL."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from oferta.core.cases import actions as case_actions
from oferta.core.cases import models as case_models
from oferta.core.cases.types import Resolution
from oferta.core.cases.types import Status as CaseStatus
from oferta.core.decisions import actions as decision_actions
from oferta.core.decisions import queries as decided
from oferta.core.ledger import queries as ledger
from oferta.core.parties import actions as parties
from oferta.core.parties.types import Role
from oferta.services.club import actions, enrolment
from oferta.services.club.arrival import claims
from oferta.services.club.facts import payment_key
from oferta.services.club.mapping import Mapping, load_mapping
from oferta.services.club.models import Member, Payment
from oferta.services.club.types import ReplayReport

NOW = datetime(2018, 3, 1, 12, tzinfo=UTC)
HEADER = "date,amount,original_currency,merchant,card,category"
#: One pound is 420 tenge: £100.00 at 1% earns 420 bonuses.
ROWS = [
    "2017-01-10,100.00,GBP,aldi,*0001,Purchases Food",
    "2017-01-10,100.00,GBP,travelodge gb0000,*0001,Hospitality",
    "2017-01-11,20.00,EUR,hotel lux,*0001,Hospitality",
    "2017-01-12,3.50,GBP,greggs,*0001,Purchases Food",
    "2017-01-12,3.50,GBP,greggs,*0001,Purchases Food",
    "2017-01-13,50.00,GBP,dvla vehicle tax,*0001,Vehicle Excise Lics",
    "2017-01-14,-40.00,GBP,travelodge gb0000,*0001,Hospitality",
    "2017-01-14,-60.00,GBP,travelodge gb0000,*0001,Hospitality",
    "2017-01-15,-9.99,GBP,never bought here,*0001,Books",
]
TABLES = [
    "club_member",
    "club_payment",
    "decisions_decision",
    "ledger_transfer",
    "ledger_hold",
    "ledger_account",
    "notices_notice",
    "cases_case",
    "procrastinate_jobs",
]


@pytest.fixture(scope="module")
def mapping() -> Mapping:
    return load_mapping(Path("samples/club-mapping.yaml"))


def a_file(folder: Path, rows: list[str] = ROWS, name: str = "payments.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def replayed(path: Path, mapping: Mapping, **options: Any) -> ReplayReport:
    return actions.replay(actions.read_file(path), mapping, now=NOW, **options)


def sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own names
            found[table] = cursor.fetchone()[0]
        return found


def balance(card: str = "*0001") -> int:
    return ledger.account(Member.objects.get(cards__number=card).account_id).balance


def earned(key_part: str) -> dict[str, int]:
    """Bonus of the purchase at a merchant, in minor units by question."""
    key = Payment.objects.filter(merchant__contains=key_part, amount__gt=0).values_list("key")[0][0]
    stored = decided.decisions_by_key([payment_key(key)])[payment_key(key)]
    return {one.question: (one.outcome or {})["amount"] for one in stored}  # type: ignore[misc]


@pytest.mark.django_db
def test_payments_earn_by_their_clauses_and_the_ledger_holds(
    tmp_path: Path, mapping: Mapping
) -> None:
    report = replayed(a_file(tmp_path), mapping)
    bank = report.clauses["bank_bonus"]
    assert report.failed == {}
    assert bank["bank-rate"].decisions == 3
    assert bank["foreign-payment"].amount == 0  # BC-58
    assert bank["taxes-and-fines"].amount == 0  # BC-52
    assert bank["repeat-held"].held == 1
    assert report.clauses["partner_bonus"]["partner-rate"].amount == 2_100_00  # 5% of 42,000
    assert earned("aldi") == {"bank_bonus": 420_00, "partner_bonus": 0}
    assert ledger.verify().ok


@pytest.mark.django_db
def test_a_wholly_refunded_purchase_keeps_nothing_of_either_funder(
    tmp_path: Path, mapping: Mapping
) -> None:
    """BC-69: two partial refunds of one purchase, in one batch."""
    replayed(a_file(tmp_path), mapping)
    for funder in (enrolment.BANK_ACCOUNT, "club/partner/travelodge/bonus"):
        lines = ledger.statement(ledger.account(funder).id)
        of_travelodge = [one.change for one in lines if one.code in (102, 112)]
        assert sum(of_travelodge) == 0
    greggs, aldi = 14_00, 420_00
    assert balance() == aldi + greggs, "what is left is aldi's and the first coffee's"


@pytest.mark.django_db
def test_a_refund_without_its_purchase_takes_nothing_and_asks_a_person(
    tmp_path: Path, mapping: Mapping
) -> None:
    report = replayed(a_file(tmp_path), mapping)
    assert report.refunds_unmatched == 1
    assert report.clauses["clawback"]["purchase-not-found"].amount == 0
    kinds = case_models.Entry.objects.filter(what="opened").values_list("detail__asking", flat=True)
    assert sorted(kinds) == ["refund", "repeat"]


@pytest.mark.django_db
def test_a_second_run_changes_nothing_and_answers_the_same(
    tmp_path: Path, mapping: Mapping
) -> None:
    path = a_file(tmp_path)
    first, before = replayed(path, mapping), sizes()
    second = replayed(path, mapping)
    assert sizes() == before
    assert second.clauses == first.clauses
    assert (second.decided_now, second.decided_before) == (0, first.decided_now)
    assert (second.repeats_held, second.refunds_unmatched) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [1, 2, 4])
def test_the_size_of_batches_changes_no_outcome(
    tmp_path: Path, mapping: Mapping, batch: int
) -> None:
    report = replayed(a_file(tmp_path), mapping, batch=batch)
    assert balance() == 434_00
    assert report.clauses["clawback"]["purchase-refunded"].decisions == 4


@pytest.mark.django_db
def test_a_run_that_was_cut_off_goes_on_where_it_stopped(
    tmp_path: Path, mapping: Mapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path)
    whole = actions.cases.open_reviews
    calls = iter([None, RuntimeError("the power went")])

    def breaks(*args: Any, **kwargs: Any) -> Any:
        if (problem := next(calls)) is not None:
            raise problem
        return whole(*args, **kwargs)

    monkeypatch.setattr(actions.cases, "open_reviews", breaks)
    with pytest.raises(RuntimeError):
        replayed(path, mapping, batch=3)
    assert Payment.objects.count() == 3, "the batch that broke left nothing behind"
    monkeypatch.setattr(actions.cases, "open_reviews", whole)
    report = replayed(path, mapping, batch=3)
    assert report.decided_before > 0
    assert balance() == 434_00
    assert ledger.verify().ok


@pytest.mark.django_db
def test_another_mapping_for_known_payments_is_refused_and_changes_nothing(
    tmp_path: Path, mapping: Mapping
) -> None:
    path = a_file(tmp_path, ROWS[:1])
    replayed(path, mapping)
    before = sizes()
    other = tmp_path / "other.yaml"
    text = Path("samples/club-mapping.yaml").read_text(encoding="utf-8")
    other.write_text(text.replace('rate: "420"', 'rate: "421"'), encoding="utf-8")
    report = replayed(path, load_mapping(other))
    assert [why.split(":")[0] for why in report.failed.values()] == ["decisions.key_reused"]
    assert sizes() == before


@pytest.mark.django_db
def test_bad_rows_are_reported_and_the_rest_go_on(tmp_path: Path, mapping: Mapping) -> None:
    rows = [ROWS[0], "2017-13-01,1.00,GBP,x,*0001,y", "no row at all", ROWS[3]]
    report = replayed(a_file(tmp_path, rows), mapping)
    assert [(one.line, one.column) for one in report.bad_rows] == [(3, "date"), (4, "row")]
    assert (report.rows, report.decided_now) == (4, 2)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("two_coffees", "bonus"), [(True, 28_00), (False, 14_00)], ids=["two", "one told twice"]
)
def test_a_person_says_whether_a_repeat_was_two_purchases(
    tmp_path: Path, mapping: Mapping, two_coffees: bool, bonus: int
) -> None:
    replayed(a_file(tmp_path, ROWS[3:5]), mapping)
    account = ledger.account(Member.objects.get(cards__number="*0001").account_id)
    assert (account.balance, account.credits_pending) == (14_00, 14_00)
    clerk = parties.appoint_staff("clerk", password=None, name="Clerk", role=Role.CLERK)
    decision_actions.set_authority("bonus-club", second_person_above=100_00)
    case_actions.resolve(
        case_models.Case.objects.get().id,
        Resolution(
            status=CaseStatus.UPHELD,
            reason="Checked with the shop.",
            actor=clerk,
            facts={"repeat_no": 0} if two_coffees else None,
            outcome=None
            if two_coffees
            else {"rate": "0%", "amount": "0 KZT", "hold": False, "accrual_days": 0},
        ),
        now=NOW,
    )
    account = ledger.account(account.id)
    assert (account.balance, account.credits_pending) == (bonus, 0)
    assert ledger.verify().ok


@pytest.mark.django_db
def test_the_command_prints_the_figures_and_the_proof(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from oferta.project.cli import main

    path = a_file(tmp_path)
    mapping = ["--mapping", "samples/club-mapping.yaml"]
    assert main(["club", "replay", str(path), *mapping, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["ok"] is True
    assert said["report"]["clauses"]["bank_bonus"]["bank-rate"]["decisions"] == 3
    assert main(["club", "replay", str(path), *mapping]) == 0
    text = capsys.readouterr().out
    assert "The book holds." in text
    assert "repeat-held" in text


@pytest.mark.django_db
def test_the_command_answers_wrong_input_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from oferta.project.cli import main

    mapping = ["--mapping", "samples/club-mapping.yaml"]
    assert main(["club", "replay", str(tmp_path / "none.csv"), *mapping]) == 4
    assert main(["club", "replay", str(a_file(tmp_path))]) == 4, "no mapping beside the file"
    assert main(["club", "replay", str(a_file(tmp_path)), *mapping, "--batch", "0"]) == 2
    bad = a_file(tmp_path, [ROWS[0], "x"], "bad.csv")
    assert main(["club", "replay", str(bad), *mapping]) == 1
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err + captured.out
    assert "bad.csv:3" in captured.out


@pytest.mark.django_db
def test_members_and_accounts_are_opened_once(tmp_path: Path, mapping: Mapping) -> None:
    replayed(a_file(tmp_path, ROWS[:1]), mapping)
    replayed(a_file(tmp_path, ROWS[1:2]), mapping)
    assert Member.objects.count() == 1


@pytest.mark.django_db
def test_payments_on_file_cannot_be_changed(tmp_path: Path, mapping: Mapping) -> None:
    replayed(a_file(tmp_path, ROWS[:1]), mapping)
    with pytest.raises(Exception, match="only ever added"):
        Payment.objects.update(amount=1)


@pytest.mark.django_db
def test_a_refund_takes_back_what_a_person_granted_in_place_of_the_first_decision(
    tmp_path: Path, mapping: Mapping
) -> None:
    """BC-69: the repeat was a purchase after all; both are returned, and nothing is left."""
    replayed(a_file(tmp_path, ROWS[3:5]), mapping)
    clerk = parties.appoint_staff("clerk", password=None, name="Clerk", role=Role.CLERK)
    decision_actions.set_authority("bonus-club", second_person_above=100_00)
    case_actions.resolve(
        case_models.Case.objects.get().id,
        Resolution(
            status=CaseStatus.UPHELD, reason="Two coffees.", actor=clerk, facts={"repeat_no": 0}
        ),
        now=NOW,
    )
    assert balance() == 28_00
    refunds = [f"2017-01-{day},-3.50,GBP,greggs,*0001,Purchases Food" for day in (20, 21)]
    replayed(a_file(tmp_path, refunds, "refunds.csv"), mapping)
    assert balance() == 0
    assert ledger.verify().ok


@pytest.mark.django_db
def test_what_could_not_be_asked_is_decided_by_the_next_run(
    tmp_path: Path, mapping: Mapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path, [ROWS[0], "2017-01-14,-40.00,GBP,aldi,*0001,Purchases Food"])
    asked = claims.refund_event

    def misspelt(*args: Any, **kwargs: Any) -> Any:
        event = asked(*args, **kwargs)
        return replace(event, facts={**event.facts, "purchase_fuond": True})

    monkeypatch.setattr(claims, "refund_event", misspelt)
    broken = replayed(path, mapping)
    assert [why.split(":")[0] for why in broken.failed.values()] == ["terms.unknown_fact"]
    assert Payment.objects.count() == 1
    monkeypatch.setattr(claims, "refund_event", asked)
    assert replayed(path, mapping).failed == {}
    assert balance() == 252_00, "420 earned, 168 of it taken back"
