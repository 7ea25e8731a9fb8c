"""Django's settings, derived from `config`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from oferta.project import embedded
from oferta.project.config import read_config, secret_key

CONFIG = read_config()
DATABASE_NAME = "oferta"


def database_settings(url: str) -> dict[str, Any]:
    """Return Django's entry for a `postgresql://` URL, sockets (`?host=`) included."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": query,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def database_url() -> str:
    """Return the URL set by the operator, else that of the embedded server, started if need be."""
    if CONFIG.database_url:
        return CONFIG.database_url
    return embedded.with_database(embedded.start_server(), DATABASE_NAME)


SECRET_KEY = secret_key(CONFIG)
DEBUG = CONFIG.development
ALLOWED_HOSTS = [host for host in CONFIG.hosts.split(",") if host]
DATABASES = {"default": database_settings(database_url())}
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
    "oferta.project",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
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
            ]
        },
    }
]
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"
STATIC_ROOT = Path(CONFIG.data).resolve() / "static"
