"""Tables of logins: how a person proves at the door who they are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from oferta.core.parties.types import Channel
from oferta.kernel import clock
from oferta.kernel.ids import uuid7


class Logins(BaseUserManager["Login"]):
    """Makes logins; the names of its methods are Django's."""

    def create_user(self, username: str, password: str | None = None, **rest: Any) -> Login:
        """Make a login; without a password it can be entered by other proofs only."""
        login = self.model(username=self.model.normalize_username(username), **rest)
        login.set_password(password)
        login.save(using=self._db)
        return login

    def create_superuser(self, username: str, password: str | None = None, **rest: Any) -> Login:
        """Make a login for operators' configuration, which may do everything there."""
        return self.create_user(username, password, is_staff=True, is_superuser=True, **rest)


class Login(AbstractBaseUser, PermissionsMixin):
    """Credentials of one person: a customer, a member of staff, or both.

    Who they are stands in `Customer` and `Staff`; second factors and passkeys, in allauth's table.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    #: What staff type to sign in; a made-up name for customers, who use a contact of theirs.
    username = models.TextField(unique=True)
    #: False: nobody gets in with it, whatever they prove.
    is_active = models.BooleanField(default=True)
    #: Django's own word: may open the operators' configuration.
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)
    #: Goes up whenever every session must end; a session of an older one is nobody's.
    session_epoch = models.PositiveIntegerField(default=0)
    #: Since when only recovery gets in: somebody said "this was not me".
    frozen_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = Logins()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(username=""), name="login_has_username"),
        )

    def __str__(self) -> str:
        return self.username

    def get_session_auth_hash(self) -> str:
        """Return what a session must carry: another password or epoch ends the old sessions."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Any:
        """Yield the same under each former secret key, so that a new one signs nobody out."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(str(secret))

    def _session_hash(self, secret: str | None) -> str:
        said = f"{self.password}:{self.session_epoch}"
        return salted_hmac("oferta.parties.session", said, secret, algorithm="sha256").hexdigest()


class LoginContact(models.Model):
    """An address that a person proved to be theirs by a code sent to it; gets them in by another.

    One address leads to one login at most.
    """

    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="contacts")
    channel = models.CharField(max_length=16)
    address = models.TextField()
    proven_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["channel", "address"], name="contact_of_one_login"),
            models.CheckConstraint(
                condition=Q(channel__in=[item.value for item in Channel]),
                name="login_contact_channel",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}"


class Device(models.Model):
    """A browser in which a person signed in, known by a cookie; only the cookie's hash is kept."""

    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="devices")
    digest = models.CharField(max_length=64)
    #: What the browser says of itself.
    agent = models.TextField(blank=True, default="")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["login", "digest"], name="device_known_once"),
        )

    def __str__(self) -> str:
        return self.agent


class FactorRemoval(models.Model):
    """Somebody who proved a contact says that the second factor is lost; it goes after a wait."""

    login = models.ForeignKey(Login, on_delete=models.CASCADE, related_name="factor_removals")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["login"],
                condition=Q(cancelled_at__isnull=True, done_at__isnull=True),
                name="one_open_removal_a_login",
            ),
        )

    def __str__(self) -> str:
        return f"{self.login_id} {self.due_at}"
