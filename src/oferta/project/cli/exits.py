"""Exit codes. Scripts build on them: a number never changes its meaning."""

from __future__ import annotations

from enum import IntEnum

from oferta.kernel.errors import OfertaError


class Exit(IntEnum):
    """What the number means that a command ends with."""

    #: Done; the answer is yes.
    OK = 0
    #: Done; problems were found, or the answer is no.
    FOUND_PROBLEMS = 1
    #: Called wrongly: an unknown option, a malformed value, a setting of the wrong type.
    WRONG_USE = 2
    #: A rule refuses: a gap, a conflict, an overdraft, a replayed key. Nothing was changed.
    REFUSED = 3
    #: What was named does not exist or cannot be read.
    NOT_FOUND = 4
    #: The database cannot be reached, or is too old.
    DATABASE = 5
    #: A defect of Oferta; `oferta --trace …` shows where.
    DEFECT = 70
    #: Interrupted from the keyboard.
    INTERRUPTED = 130


#: Errors that are not refusals by a rule. The rest is `REFUSED`.
EXIT_OF: dict[str, Exit] = {
    "cli.wrong_use": Exit.WRONG_USE,
    "cli.bad_facts": Exit.WRONG_USE,
    "cli.unreadable": Exit.NOT_FOUND,
    "cli.database_unreachable": Exit.DATABASE,
    "cli.tables_missing": Exit.DATABASE,
    "club.end_unreadable": Exit.NOT_FOUND,
    "club.file_unreadable": Exit.NOT_FOUND,
    "club.letter_unreadable": Exit.NOT_FOUND,
    "club.mapping_invalid": Exit.NOT_FOUND,
    "kernel.bad_money": Exit.WRONG_USE,
    "kernel.naive_time": Exit.WRONG_USE,
    "ledger.unknown_account": Exit.NOT_FOUND,
    "parties.bad_key": Exit.NOT_FOUND,
    "project.bad_setting": Exit.WRONG_USE,
    "project.database_too_old": Exit.DATABASE,
    "project.embedded_failed": Exit.DATABASE,
    "project.embedded_missing": Exit.DATABASE,
    "project.not_a_checkout": Exit.NOT_FOUND,
    "project.wrong_cluster": Exit.DATABASE,
    "terms.events_unreadable": Exit.NOT_FOUND,
    "terms.facts_disagree": Exit.WRONG_USE,
    "rest.bad_token": Exit.WRONG_USE,
    "rest.unknown_token": Exit.NOT_FOUND,
    "terms.missing_fact": Exit.WRONG_USE,
    "terms.not_in_force": Exit.NOT_FOUND,
    "terms.pack_invalid": Exit.FOUND_PROBLEMS,
    "terms.unknown_edition": Exit.NOT_FOUND,
    "terms.unknown_fact": Exit.WRONG_USE,
    "terms.unknown_pack": Exit.NOT_FOUND,
    "terms.unknown_question": Exit.NOT_FOUND,
    "terms.wrong_fact": Exit.WRONG_USE,
    "tickets.catalogue_unreadable": Exit.NOT_FOUND,
    "tickets.unknown_performance": Exit.NOT_FOUND,
    "tickets.unknown_regime": Exit.NOT_FOUND,
    "tickets.bad_change": Exit.WRONG_USE,
    "webhooks.bad_endpoint": Exit.WRONG_USE,
    "webhooks.unknown_endpoint": Exit.NOT_FOUND,
}


def exit_of(error: OfertaError | type[OfertaError]) -> Exit:
    """Return the exit code of a refusal, or of a kind of refusal."""
    if error.code == "cli.defect":
        return Exit.DEFECT
    return EXIT_OF.get(error.code, Exit.REFUSED)
