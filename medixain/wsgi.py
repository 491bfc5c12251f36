"""The WSGI application that waitress and gunicorn serve."""

from django.core.wsgi import get_wsgi_application

from medixain.env import select_settings

select_settings()
application = get_wsgi_application()
