"""`oferta club campaigns`, `enrol` and `tiers`: what staff keep of campaigns and members."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

import click

from oferta.kernel.clock import now
from oferta.project.cli.commands import Command
from oferta.project.cli.exits import Exit
from oferta.project.cli.output import Output, table


@click.command(
    "campaigns",
    cls=Command,
    django=True,
    example="oferta club campaigns samples/club-campaigns.yaml",
)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--start", metavar="KEY", help="Start this campaign: show it to customers.")
@click.option("--stop", metavar="KEY", help="Show this campaign no longer.")
@click.pass_obj
def campaigns(out: Output, file: Path | None, start: str | None, stop: str | None) -> Exit | None:
    """Keep the campaigns of a file, start or stop one, and list them all.

    A campaign starts only if nothing of its record is open and the terms of its days say the same:
    clause, window, rate, ceiling, accrual day. Exit 1 while a clause grants for a while and no
    started campaign stands behind it.
    """
    from oferta.services.club.campaigns import registry
    from oferta.services.club.models import Campaign

    if file is not None:
        registry.load(file)
    if start is not None:
        registry.start(start, now=now())
    if stop is not None:
        registry.stop(stop)
    rows = list(Campaign.objects.order_by("starts", "key"))
    missing = registry.unrecorded()
    kept = [
        [
            one.key,
            one.state,
            registry.rate_text(one.rate) if one.rate is not None else "open",
            str(one.starts or "open"),
            str(one.ends or "open"),
            one.document or "open",
        ]
        for one in rows
    ]
    said = [table(["campaign", "state", "rate", "from", "through", "document"], kept)]
    said += [
        f"{one.clause} ({one.edition}) grants through {one.ends},"
        " and no started campaign is behind it."
        for one in missing
    ]
    told = [{"key": one.key, "state": one.state, "clause": one.clause} for one in rows]
    out.emit({"campaigns": told, "unrecorded": missing}, "\n".join(said))
    return Exit.FOUND_PROBLEMS if missing else None


@click.command(
    "enrol",
    cls=Command,
    django=True,
    example="oferta club enrol 01890a5d-ac96-774b-bcce-b302099a8057 --card '*4711' --product debit",
)
@click.argument("customer", type=click.UUID)
@click.option("--card", help="As payment records name it: masked, or a token.")
@click.option("--product", default="", help="What the card is, as debit, credit, gift, corporate.")
@click.option("--leave", is_flag=True, help="Let the member leave instead.")
@click.pass_obj
def enrol(out: Output, customer: UUID, card: str | None, product: str, *, leave: bool) -> None:
    """Let a customer join the club, or come back, at a counter; with a card if one is given.

    The terms decide: an organisation is refused by the clause that says so. Who is a member stays
    one, so it may be run again.
    """
    from oferta.services.club.membership import cards, joining

    if leave:
        left = joining.leave(customer, now=now())
        out.emit(
            {"left_on": left.left_on, "reopens_until": left.reopens_until},
            f"Left. The bonuses wait until {left.reopens_until}.",
        )
        return
    joined = joining.join(customer, now=now())
    if card:
        cards.add(customer, card, product=product, now=now())
    by = ", ".join(joined.decision.decided_by) if joined.decision else ""
    text = f"Admitted by {by}." if by else "A member already."
    out.emit({"admitted_by": by, "card": card}, text)


@click.command("tiers", cls=Command, django=True, example="oferta club tiers --month 2026-12-01")
@click.option(
    "--month", type=click.DateTime(["%Y-%m-%d"]), help="Its first day; default: this one."
)
@click.pass_obj
def tiers(out: Output, month: datetime | None) -> None:
    """Let the terms derive the Halyk+ tiers of a month by what members used the month before.

    A month that is derived stands; the service does it by itself every night.
    """
    from oferta.services.club.facts import day_of
    from oferta.services.club.membership import tiers as derived

    first = (month.date() if month else day_of(now())).replace(day=1)
    number = derived.derive(first, now=now())
    out.emit({"month": first, "derived": number}, f"{number} tiers of {first:%Y-%m} were derived.")
