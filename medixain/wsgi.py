"""The WSGI application that waitress and gunicorn serve."""

from django.core.wsgi import get_wsgi_application

from medixain.celery import app as celery_app
from medixain.startup import refuse_unsound_configuration

__all__ = ["application", "celery_app"]
application = get_wsgi_application()
refuse_unsound_configuration()
