"""The WSGI application that waitress and gunicorn serve."""

from django.core.wsgi import get_wsgi_application

from medixain.celery import app as celery_app
from medixain.env import select_settings

select_settings()
__all__ = ["application", "celery_app"]
application = get_wsgi_application()
