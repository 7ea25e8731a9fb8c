"""What the API does when something happens elsewhere."""

from __future__ import annotations

from oferta.core.parties.login_types import NotMeReported
from oferta.project.rest import actions


def revoke_tokens(event: NotMeReported) -> None:
    """Revoke a customer's tokens: whoever signed in as them may have made one."""
    actions.revoke_tokens_of(party_id=event.customer_id, now=event.at)
