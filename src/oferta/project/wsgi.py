"""The door for web servers."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from oferta.project.postgresql import base

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oferta.project.settings")
base.keep_plans()
application = get_wsgi_application()
