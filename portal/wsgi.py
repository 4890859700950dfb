import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()

from portal.audit.checks import refuse_to_start  # noqa: E402  after the applications are loaded

refuse_to_start()
