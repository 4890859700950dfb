"""The worker: `celery -A portal worker -B`. A task carries an id; the work itself is a row."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import beat_init, worker_init

# It warns of running as root because of pickle. Only JSON is taken here, and a container has root.
warnings.filterwarnings("ignore", category=SecurityWarning)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def _refuse_to_start(**_kwargs) -> None:
    from django.core.exceptions import ImproperlyConfigured

    from portal.audit.checks import refuse_to_start

    try:
        refuse_to_start()
    except ImproperlyConfigured as error:  # Celery would log what a signal raises, and go on
        raise SystemExit(str(error)) from error
