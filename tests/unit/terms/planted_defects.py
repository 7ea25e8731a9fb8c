"""Defects of every kind, planted one at a time in the small pack, that is sound without them."""

from __future__ import annotations

from dataclasses import dataclass

from small_pack import FIRST, SECOND, TEXT

from oferta.core.terms.problems import Code
from oferta.kernel.i18n import LANGUAGES

T = "terms.yaml"
REST = "when: method NOT IN (wallets) OR foreign_shop"
LATE = "when: notice < '3 days' OR days_left <= 0"
EARLY = "when: notice >= enough AND days_left > 0"
WALLET_AMOUNT = 'amount: "round_down(money_paid * rate, step)"'
CAMPAIGN = 'then: {rate: 1%, amount: "round_half_up(money_paid / 100, 1 KZT)"}'
CAMPAIGN_WHEN = "when: method = 'cash' AND money_paid >= '1000 KZT' AND mcc IS NULL"
WINDOW = "    in_force: {from: 2024-04-16, through: 2024-07-16}\n"


@dataclass(frozen=True)
class Planted:
    """What was changed, and what must be told of it."""

    kind: str
    code: Code
    #: Clause, question or fact that the problem is told of.
    where: str
    file: str = ""
    old: str = ""
    new: str = ""
    #: Words of the texts, by language; "*" for the languages that are not named.
    words: tuple[tuple[str, str], ...] = ()

    def files(self) -> dict[str, str]:
        """Return the texts to replace, by path as `a_pack` takes it."""
        words = dict(self.words)
        if not words:
            return {}
        return {
            f"text__{tag.replace('-', '__')}__md": TEXT.replace(
                "About rest\n\nWords.", f"About rest\n\n{words.get(tag, words['*'])}"
            )
            for tag in LANGUAGES
        }


def texts(kind: str, code: Code, usual: str, **others: str) -> Planted:
    return Planted(kind, code, "rest", words=(("*", usual), *others.items()))


PLANTED: list[Planted] = [
    # --- gaps
    Planted("a case left out of the general rule", Code.HAS_GAP, "bonus", FIRST, REST,
            "when: method NOT IN (wallets)"),
    Planted("a boundary that neither side takes", Code.HAS_GAP, "refund", FIRST, LATE,
            "when: notice < '3 days' OR days_left < 0"),
    Planted("a boundary of time that neither side takes", Code.HAS_GAP, "refund", FIRST, LATE,
            "when: notice < '2 days' OR days_left <= 0"),
    Planted("a value of an enum forgotten", Code.HAS_GAP, "bonus", FIRST, REST,
            "when: method = 'card' OR foreign_shop"),
    Planted("a general rule that begins late", Code.HAS_GAP, "bonus", FIRST, REST,
            f"in_force: {{from: 2018-01-01}}\n    {REST}"),
    Planted("a null that no clause takes", Code.HAS_GAP, "bonus", FIRST, REST,
            "when: (method NOT IN (wallets) OR foreign_shop) AND mcc IS NOT NULL"),
    # --- conflicts
    Planted("a general rule that overlaps another", Code.HAS_CONFLICT, "wallet-rate", FIRST, REST,
            "when: 'TRUE'"),
    Planted("an exception without its precedence", Code.HAS_CONFLICT, "wallet-rate", FIRST,
            "defeats: [granting]\n", "\n"),
    Planted("a boundary that both sides take", Code.HAS_CONFLICT, "early", FIRST, LATE,
            "when: notice <= '3 days' OR days_left <= 0"),
    Planted("an overlap in working days", Code.HAS_CONFLICT, "early", FIRST, LATE,
            "when: notice < '3 days' OR days_left <= 1"),
    Planted("an overlap that an amendment brings", Code.HAS_CONFLICT, "phone-shops", SECOND,
            CAMPAIGN_WHEN, "when: method = 'cash' AND money_paid >= '1000 KZT'"),
    # --- clauses that never matter
    Planted("a lift of nothing that applies", Code.NEVER_DECIDES, "own-shop", FIRST,
            "when: merchant = 'Own shop'", "when: merchant = 'Own shop' AND mcc IS NULL"),
    Planted("a condition outside the bounds of a fact", Code.NEVER_DECIDES, "campaign", SECOND,
            "money_paid >= '1000 KZT'", "money_paid < '0 KZT'"),
    Planted("a condition against itself", Code.NEVER_DECIDES, "wallet-rate", FIRST,
            "when: method IN (wallets) AND", "when: method IN (wallets) AND method = 'cash' AND"),
    Planted("a condition against its dates", Code.NEVER_DECIDES, "early", FIRST, EARLY,
            f"{EARLY} AND paid_on > filed_on"),
    Planted("a clause always defeated", Code.NEVER_DECIDES, "campaign", SECOND, CAMPAIGN_WHEN,
            f"{CAMPAIGN_WHEN}\n      AND method IN (wallets)"),
    # --- outcomes
    Planted("a rate above its bound", Code.BREAKS_BOUNDS, "wallet-rate", FIRST,
            'rate: "greatest(bank_rate, own_rate)"', 'rate: "own_rate * 11"'),
    Planted("an amount below zero by a fee", Code.BREAKS_BOUNDS, "wallet-rate", FIRST,
            WALLET_AMOUNT, 'amount: "round_down(money_paid * rate, step) - 1 KZT"'),
    Planted("an amount below zero by a rounding", Code.BREAKS_BOUNDS, "campaign", SECOND, CAMPAIGN,
            'then: {rate: 1%, amount: "round_down(money_paid, 5000 KZT) - 1000 KZT"}'),
    Planted("a division by what can be zero", Code.DIVISION_BY_ZERO, "campaign", SECOND, CAMPAIGN,
            'then: {rate: 1%, amount: "round_half_up(money_paid / (own_rate - 5%), 1 KZT)"}'),
    Planted("a refund above what was paid", Code.BREAKS_PROMISE, "early", T,
            "    by: money\n    better: money\n", "    by: money\n    better: money\n    promise:\n"
            "      - {id: within, that: money + 1 KZT <= money_paid, label: W(Never more.)}\n"),
    Planted("two clauses that say the same", Code.SAYS_THE_SAME, "campaign", SECOND,
            f"{WINDOW}    {CAMPAIGN_WHEN}\n    {CAMPAIGN}",
            "    when: foreign_shop OR NOT (method = 'qr' OR method IN ('card'))\n"
            "    then: {rate: 0%, amount: 0 KZT}"),
    # --- words
    texts("another figure in one language", Code.FIGURES_DIFFER, "At least 10 KZT.",
          ru="Не менее 15 KZT."),
    texts("a figure missing in one language", Code.FIGURES_DIFFER, "At least 10 KZT.",
          kk="KZT."),
    texts("another date in one language", Code.FIGURES_DIFFER, "From 16 April 2024.",
          ru="С 17 апреля 2024 года."),
    texts("another month in one language", Code.FIGURES_DIFFER, "From 16 April 2024.",
          kk="2024 жылғы 16 мамырдан."),
    texts("a word of two alphabets", Code.MIXED_LETTERS, "Words.", ru="Бонус нaчисляется."),
    texts("Cyrillic letters for Latin ones", Code.MIXED_LETTERS, "MCC.", ru="Код МСС."),
    texts("a citation cut off", Code.CUT_CITATION, "Words.", ru="По закону от 18."),
    texts("a number without its law", Code.CUT_CITATION, "Words.", ru="По закону №"),
    texts("a bracket never closed", Code.CUT_CITATION, "Words.", en="Words (as of"),
    Planted("a label of two alphabets", Code.MIXED_LETTERS, "merchant", T, "label: W(merchant)",
            "label: W(mеrchant)"),
    # --- what is undecided or over
    Planted("an open point", Code.OPEN_POINT, "2017-01-01", FIRST, "open_points: []",
            "open_points: [BC-41]"),
    Planted("an edition that is over", Code.WINDOWS_PAST, "bonus", SECOND, CAMPAIGN + "\n",
            CAMPAIGN + "\n" + "".join(
                f"  - id: {id_}\n    question: bonus\n{more}    in_force: {{through: 2025-01-01}}\n"
                f"    {when}\n    then: {{rate: 0%, amount: 0 KZT}}\n"
                for id_, when, more in (
                    ("wallet-rate", "when: method IN (wallets) AND NOT foreign_shop", ""),
                    ("rest", REST, ""),
                    ("phone-shops", "when: mcc IS NOT NULL AND mcc IN (telecom)",
                     "    defeats: [granting]\n"),
                ))),
    # --- found before anything is proved
    Planted("a clause without its words", Code.TEXT_MISSING, "the-rest", FIRST, "- id: rest",
            "- id: the-rest"),
    Planted("a condition that can be unknown", Code.COULD_BE_UNKNOWN, "phone-shops", FIRST,
            "mcc IS NOT NULL\n      AND mcc IN (telecom)", "mcc IN (telecom)"),
    Planted("a window that never meets its edition", Code.NEVER_IN_FORCE, "campaign", SECOND,
            "{from: 2024-04-16, through: 2024-07-16}", "{from: 2023-04-16, through: 2023-07-16}"),
    Planted("clauses that defeat each other", Code.DEFEATS_CYCLE, "phone-shops", FIRST,
            "defeats: [granting]", "defeats: [granting, own-shop]"),
]  # fmt: skip
