"""The whole platform in one program on one machine: SQLite, in-process broker, plain HTTP on the loopback address."""

from medixain.settings.base import *  # noqa: F403
from medixain.settings.base import DATA_DIR, ENV, STORAGES

PROFILE = "demo"
DEBUG = False
SECRET_KEY = ENV.secret("SECRET_KEY", "")
ALLOWED_HOSTS = ENV.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
STATIC_ROOT = DATA_DIR / "static"
# The demo serves the files where they lie: collecting them would cost its warm start a second and gain nothing.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True

CELERY_BROKER_URL = ENV.text("BROKER_URL", "memory://")
OPERATOR_SECOND_FACTOR_REQUIRED = ENV.flag("OPERATOR_SECOND_FACTOR_REQUIRED", default=False)
