"""Django's settings, derived from `config`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from oferta.kernel.i18n import LANGUAGES as LANGUAGE_TAGS
from oferta.kernel.i18n import OWN_NAMES
from oferta.project.config import read_config, secret_key
from oferta.project.postgresql.urls import address_of

CONFIG = read_config()
DATABASE_NAME = "oferta"


def database_settings(url: str) -> dict[str, Any]:
    """Return Django's entry for a `postgresql://` URL; an empty one is the embedded server."""
    address = address_of(url or f"postgresql:///{DATABASE_NAME}")
    return {
        "ENGINE": "oferta.project.postgresql",
        "NAME": address.database,
        "USER": address.role,
        "PASSWORD": address.password,
        "HOST": address.host or ("localhost" if url else ""),
        "PORT": address.port,
        "OPTIONS": address.options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = secret_key(CONFIG)
DEBUG = CONFIG.development and CONFIG.tracebacks
#: The first page leads to the sample members.
SHOW_SAMPLES = CONFIG.development
ALLOWED_HOSTS = [host for host in CONFIG.hosts.split(",") if host]
DATABASES = {"default": database_settings(CONFIG.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "oferta.core.ledger",
    "oferta.core.parties",
    "oferta.core.notices",
    "oferta.core.decisions",
    "oferta.core.cases",
    "oferta.services.club",
    "oferta.services.tickets",
    "oferta.project",
    "oferta.project.rest",
    "oferta.project.webhooks",
    # For operators' configuration; it finds no tables by itself (web/configuration.py names them).
    "django.contrib.admin.apps.SimpleAdminConfig",
    # After ours, whose templates take the place of theirs.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "oferta.project.web.middleware.ContentSecurityPolicy",
    "oferta.project.rest.middleware.ApiAnswers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "oferta.project.web.middleware.KeepableText",
]
# What people have tried lately, counted in one place for every process of the web server.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "oferta_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
# Files have no bound of Django's: the first handler leaves out what no page takes.
FILE_UPLOAD_HANDLERS = [
    "oferta.project.web.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
AUTH_USER_MODEL = "parties.Login"
AUTHENTICATION_BACKENDS = ["oferta.core.parties.web.allauth_parts.Backend"]
# NIST SP 800-63B asks for eight characters and leaves composition alone; ten costs nobody much.
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/my/"
ACCOUNT_ADAPTER = "oferta.core.parties.web.allauth_parts.LoginAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}  # our back end reads a contact there too
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # a contact is proved before there is a login
ACCOUNT_SESSION_REMEMBER = True
# Many people share a network address: what is counted by it is a flood, not a person.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "signup": "600/m/ip",
    "login_failed": "10/5m/key,50/d/key",  # wrong codes of an authenticator app
    "reauthenticate": "20/m/user",
}
MFA_ADAPTER = "oferta.core.parties.web.allauth_parts.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_REAUTHENTICATION_REQUIRED = False  # `parties.web.proofs.freshly` asks, also for a code
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}
# A development machine has no TLS; browsers then let passkeys work on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = CONFIG.development
# What goes wrong is said on the standard error output, where every supervisor looks.
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # A page that is not there, or not for them, is no fault of ours.
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "oferta": {"handlers": ["stderr"], "level": "INFO"},
    },
}
ROOT_URLCONF = "oferta.project.urls"
WSGI_APPLICATION = "oferta.project.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oferta.project.web.context.frame",
            ],
            "libraries": {
                "words": "oferta.project.web.tags",
                "logins": "oferta.core.parties.web.login_tags",
                "hall_plan": "oferta.services.tickets.web.shop.plan_tags",
            },
        },
    }
]
LANGUAGES = [(language.lower(), OWN_NAMES[language]) for language in LANGUAGE_TAGS]
LANGUAGE_CODE = "en"
# What the Kazakh catalogues of Django and allauth lack; the words of our own pages are in YAML.
LOCALE_PATHS = [Path(__file__).parent / "locale"]
LANGUAGE_COOKIE_NAME = "oferta_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "oferta.core.parties.web.sessions"
SESSION_COOKIE_NAME = "oferta_session"
SESSION_COOKIE_AGE = 30 * 24 * 3600
# Behind TLS, which a development machine has not, cookies never travel in the clear.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not CONFIG.development
# Only if the operator says so: without a proxy, anybody could send the header.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.behind_tls else None
SECURE_SSL_REDIRECT = CONFIG.behind_tls
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if CONFIG.behind_tls else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
USE_TZ = True
TIME_ZONE = CONFIG.time_zone.key
STATIC_URL = "static/"
# Served straight from the package: no step to collect them, nothing to forget on an upgrade.
WHITENOISE_USE_FINDERS = True
