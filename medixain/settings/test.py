"""Tests: a database that is thrown away, stores in memory, no chain unless a test brings one."""

from medixain.settings.base import *  # noqa: F403
from medixain.settings.base import ENV, REST_FRAMEWORK, STORAGES
from medixain.settings.logs import logging_settings

PROFILE = "test"
DEBUG = False
SECRET_KEY = "a key for tests only, long enough for the checks, of fifty characters and more"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": ENV.database("TEST_DATABASE_URL", "sqlite:///")}
RECORD_STORES = {"default": {"BACKEND": "records.storage.memory.MemoryStore", "OPTIONS": {}}}
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_BROKER_URL = "memory://"
REST_FRAMEWORK = REST_FRAMEWORK | {
    "DEFAULT_THROTTLE_RATES": dict.fromkeys(REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "100000/min")
}
OPERATOR_SECOND_FACTOR_REQUIRED = False
LOGGING = logging_settings(level="WARNING")
