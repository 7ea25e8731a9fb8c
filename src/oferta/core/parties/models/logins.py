"""The table of logins: how a person proves at the door who they are."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q

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

    Who they are stands in `Customer` and `Staff`; what they prove it with, in allauth's tables.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    #: What staff type to sign in; a made-up name for customers, who use a contact of theirs.
    username = models.TextField(unique=True)
    #: False: nobody gets in with it, whatever they prove.
    is_active = models.BooleanField(default=True)
    #: Django's own word: may open the operators' configuration.
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = Logins()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(username=""), name="login_has_username"),
        )

    def __str__(self) -> str:
        return self.username
