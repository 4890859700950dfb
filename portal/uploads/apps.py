from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class UploadsConfig(AppConfig):
    name = "portal.uploads"
    label = "uploads"
    verbose_name = pgettext_lazy("app", "上传文件")
