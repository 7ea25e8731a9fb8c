"""`oferta tickets contract|settle|pay-organiser`: what organisers are owed, and paid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from oferta.kernel.clock import now
from oferta.kernel.money import UNITS, decimal_text
from oferta.project.cli import changes as _changes  # noqa: F401 - its commands are of the group
from oferta.project.cli.commands import Command
from oferta.project.cli.output import Output, table
from oferta.project.cli.tickets import tickets

if TYPE_CHECKING:
    from oferta.services.tickets.models import PerformanceSettlement

__all__ = ["tickets"]

_FIGURES = ("opening", "sold", "returned", "covered", "released", "closing", "may_come_back")


@tickets.command(
    "contract",
    cls=Command,
    django=True,
    example="oferta tickets contract philharmonia --name 'Philharmonia LLC' --account 40702810900",
)
@click.argument("organiser")
@click.option("--name", required=True, help="Whose the bank account is.")
@click.option("--account", required=True, help="The number of the bank account.")
@click.option("--bank", default="", help="The bank's BIC.")
@click.option(
    "--advance", type=click.IntRange(0, 100), default=0, help="Percent paid before the performance."
)
@click.option("--pack", default="organiser-contract", help="The terms that decide.")
@click.pass_obj
def contract(  # noqa: PLR0913, PLR0917 - what is agreed
    out: Output, organiser: str, name: str, account: str, bank: str, advance: int, pack: str
) -> None:
    """Keep what is agreed with an organiser: where it is paid, and how much in advance.

    The terms bound the advance. Said again, it replaces what was agreed before; what was settled
    stays as it was.
    """
    from oferta.core.terms import shelf
    from oferta.services.tickets.settling import asking

    shelf.terms().pack(pack)
    made = asking.agree(
        organiser,
        pack=pack,
        advance_share=advance * 10_000,
        account_name=name,
        account=account,
        bank=bank,
        now=now(),
    )
    rows: list[list[object]] = [["account", made.account], ["advance, %", advance]]
    told = {"organiser": organiser, "account": made.account, "advance": advance, "pack": made.pack}
    out.emit(told, table([organiser, ""], rows))


@tickets.command(
    "settle", cls=Command, django=True, example="oferta tickets settle swan-lake --csv settled.csv"
)
@click.argument("performance", required=False)
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write the lines here.")
@click.pass_obj
def settle(out: Output, performance: str | None, csv_file: Path | None) -> None:
    """Settle a performance by its key, or all that may be settled now.

    What refunds may still need stays; the rest is due to the organiser, less what it owes. Every
    transfer is settled once; the sums explain the difference of the ledger's balances to the unit.
    """
    from oferta.services.tickets.errors import UnknownPerformance
    from oferta.services.tickets.models import Performance
    from oferta.services.tickets.settling import releasing, reports
    from oferta.services.tickets.settling.errors import NothingToSettleYet

    if performance is not None:
        found = Performance.objects.filter(key=performance).first()
        if found is None:
            raise UnknownPerformance(performance=performance)
        made = [releasing.settle(found.id, now=now())]
    else:
        made = []
        for one in releasing.due(now=now()):
            try:
                made.append(releasing.settle(one.id, now=now()))
            except NothingToSettleYet:
                continue
    if csv_file:
        csv_file.write_text("".join(reports.as_csv(one) for one in made), encoding="utf-8")
    out.emit({"settled": [_told(one) for one in made]}, _shown(made))


@tickets.command(
    "pay-organiser",
    cls=Command,
    django=True,
    example="oferta tickets pay-organiser philharmonia --pain payment.xml",
)
@click.argument("organiser")
@click.option("--unit", default="RUB", type=click.Choice(sorted(UNITS)), help="In which currency.")
@click.option("--pain", type=click.Path(path_type=Path), help="Write ISO 20022 pain.001 here.")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path), help="Write CSV here.")
@click.pass_obj
def pay_organiser(
    out: Output, organiser: str, unit: str, pain: Path | None, csv_file: Path | None
) -> None:
    """Put all that is due to an organiser into one payment, and write its file for the bank.

    The money leaves what is due at once. Say on the desk whether it arrived or came back. A file
    for the bank names the account that it is paid from: set OFERTA_PAYER_ACCOUNT.
    """
    from oferta.services.tickets.settling import transfers

    payer = transfers.who_pays() if pain else None
    made = transfers.order(organiser, unit, now=now())
    if pain and payer:
        pain.write_text(transfers.as_pain([made], payer=payer, now=now()), encoding="utf-8")
    if csv_file:
        csv_file.write_text(transfers.as_csv([made]), encoding="utf-8")
    amount = decimal_text(made.amount, UNITS[unit])
    told = {"payment": made.id, "amount": made.amount, "unit": unit, "by": made.pay_by}
    rows: list[list[object]] = [["amount", f"{amount} {unit}"], ["by", made.pay_by]]
    out.emit(told, table([organiser, made.id.hex], rows))


def _told(made: PerformanceSettlement) -> dict[str, object]:
    figures = {name: getattr(made, name) for name in _FIGURES}
    return {"settlement": made.id, "performance": made.performance.key, **figures}


def _shown(made: list[PerformanceSettlement]) -> str:
    if not made:
        return "Nothing is to be settled."
    shown = []
    for one in made:
        unit = one.performance.currency
        rows = [[name, decimal_text(getattr(one, name), UNITS[unit])] for name in _FIGURES]
        shown.append(table([one.performance.key, unit], rows))
    return "\n\n".join(shown)
