"""One institution's platform: PostgreSQL, Redis, TLS in front, a second factor for every operator."""

from medixain.settings.base import *  # noqa: F403
from medixain.settings.base import ENV, REST_FRAMEWORK, SIGN_IN_DOMAIN

PROFILE = "production"
DEBUG = False
SECRET_KEY = ENV.secret("SECRET_KEY")
ALLOWED_HOSTS = ENV.words("ALLOWED_HOSTS", SIGN_IN_DOMAIN)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 63_072_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# Only a proxy that strips the header from outside may be named here; without one the redirect above answers.
BEHIND_TLS_PROXY = ENV.flag("BEHIND_TLS_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS_PROXY else None
REST_FRAMEWORK = REST_FRAMEWORK | {"NUM_PROXIES": 1 if BEHIND_TLS_PROXY else 0}
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"

CELERY_BROKER_URL = ENV.secret("BROKER_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.secret("CACHE_URL")}}
