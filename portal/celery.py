"""The worker: `celery -A portal worker -B`. A task carries an id; the work itself is a row."""

import os
import warnings

from celery import Celery
from celery.exceptions import SecurityWarning

# It warns of running as root because of pickle. Only JSON is taken here, and a container has root.
warnings.filterwarnings("ignore", category=SecurityWarning)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
