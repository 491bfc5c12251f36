"""What every profile shares. Values that differ come from the environment, through :mod:`medixain.env` alone."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from medixain.env import Environment
from medixain.settings.admin import *  # noqa: F403
from medixain.settings.api import *  # noqa: F403
from medixain.settings.chain import *  # noqa: F403
from medixain.settings.logs import logging_settings
from medixain.settings.security import *  # noqa: F403

ENV = Environment()
BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = ENV.path("DATA_DIR", BASE_DIR / ".demo")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "wallets.portals.site.OperatorAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "django_htmx",
    "medixain",
    "medixain.audit",
    "medixain.chainindex",
    "records.anchors",
    "wallets.identity",
    "wallets.profile",
    "wallets.activity",
    "wallets.access",
    "wallets.registry",
    "wallets.portals",
    "wallets.sharelinks",
    "engines.proposals",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "medixain.api.middleware.SecurityHeadersMiddleware",
    "medixain.api.middleware.RequestLogMiddleware",
    "medixain.api.cors.VaultOriginMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "medixain.urls"
WSGI_APPLICATION = "medixain.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    }
]

DATABASES = {"default": ENV.database("DATABASE_URL", f"sqlite:///{DATA_DIR / 'platform.sqlite3'}")}

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["medixain.formats"]
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# A record's ciphertext goes to the record store as a stream and never passes Django's upload handlers; other bodies
# are JSON documents, and the largest of them is a share link's of 8 MiB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 9 * 1024 * 1024
FILE_UPLOAD_HANDLERS: list[str] = []

RECORD_STORES: dict[str, dict[str, Any]] = ENV.json(
    "RECORD_STORES",
    {"default": {"BACKEND": "records.storage.embedded.EmbeddedStore", "OPTIONS": {"root": str(DATA_DIR / "blocks")}}},
)

CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

LOGGING = logging_settings(level=ENV.text("LOG_LEVEL", "INFO"))
