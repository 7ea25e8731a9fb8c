"""What people do about a request for money back, which letters there are, what gates ask for."""

from __future__ import annotations

from enum import StrEnum

#: Rounds of a performance's key: a gate online tries each.
PHONE_ROUND_MAX = 7


#: Minutes that a place which came free is held for who waits first: usually, and at least.
OFFER_MINUTES, OFFER_MINUTES_MIN = 360, 30


class ActKind(StrEnum):
    """One thing that a person did about a request."""

    #: A paper, a mail or a call was taken in for the buyer (TR-62 to TR-64, TR-75).
    REGISTERED = "registered"
    #: A document was looked at (TR-42).
    CHECKED = "checked"
    #: The buyer said why names differ (TR-46).
    EXPLAINED = "explained"
    #: The organiser's word was noted (TR-58).
    ANSWERED = "answered"
    #: The review takes longer; the buyer was told (TR-88).
    EXTENDED = "extended"
    #: An authority or a court has a case about it (TR-147).
    REFERRED = "referred"
    #: The originals of a paper ticket were handed in (TR-98).
    SURRENDERED = "surrendered"
    #: Money that goes by hand was handed over, or came back.
    PAID_BY_HAND = "paid_by_hand"
    CAME_BACK = "came_back"
    WITHDRAWN = "withdrawn"


class Intake(StrEnum):
    """How a request came that was not filed on a page."""

    POST = "post"
    EMAIL = "email"
    PHONE = "phone"
    OFFICE = "office"


class LetterKind(StrEnum):
    """Letters that a buyer may need, written for them."""

    #: To the organiser, whose decision it is (TR-73).
    ORGANISER = "organiser"
    #: A written demand to who sold the ticket (TR-74).
    DEMAND = "demand"
    #: A demand of proof of the costs that were kept (TR-34, TR-141).
    COSTS = "costs"
    #: A complaint to the authority, on top of the file (TR-140, TR-142).
    COMPLAINT = "complaint"


class MissingState(StrEnum):
    """What became of a buyer's word that nothing came, though the organiser said that it paid."""

    OPEN = "open"
    #: We pay, and the organiser owes it.
    OURS = "ours"
    #: The organiser showed its proof.
    PROVED = "proved"
    #: The buyer found it after all.
    CAME = "came"


class PhoneCode(StrEnum):
    """What gates ask of an electronic ticket's telephone, whose code changes each half minute."""

    #: The code stays the same; a print or a picture is as good.
    NONE = "none"
    #: It changes, and an older one is refused; a print or a wallet pass is good too.
    ACCEPTED = "accepted"
    #: It changes, and nothing else opens the door. Paper forms always do.
    REQUIRED = "required"
