"""Shops and their card terminals, as the acquirer numbers them."""

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from receipts import merchant_search


class Origin(models.TextChoices):
    REGISTERED = "registered", _("已登记")
    FROM_FILE = "file", _("来自文件")


class MerchantQuerySet(models.QuerySet["Merchant"]):
    def visible_to(self, actor):
        """Institution staff who work with payments see all; a merchant its own; others none."""
        if actor is None:
            return self.none()
        if actor.is_merchant:
            return self.filter(organisation=actor.organisation)
        if actor.is_institution and actor.role != "administrator":
            return self
        return self.none()

    # Whichever way a merchant is written, the words it is found by are written with it.

    def bulk_create(self, objs, *args, **kwargs):
        with transaction.atomic():
            made = super().bulk_create(objs, *args, **kwargs)
            merchant_search.keep_in_step(made)
        return made

    def bulk_update(self, objs, fields, *args, **kwargs):
        objs = list(objs)
        with transaction.atomic():
            number = super().bulk_update(objs, fields, *args, **kwargs)
            merchant_search.keep_in_step(objs)
        return number

    def update(self, **values):
        if not set(values) & set(merchant_search.SEARCHED):
            return super().update(**values)
        with transaction.atomic():
            changed = list(self.select_for_update().values_list("pk", flat=True))
            number = super().update(**values)
            merchant_search.keep_in_step(Merchant.objects.filter(pk__in=changed))
        return number

    def delete(self):
        with transaction.atomic():
            merchant_search.forget(list(self.values_list("pk", flat=True)))
            return super().delete()


class Merchant(models.Model):
    """One merchant number: 15 characters (acquirer 3, region 4, MCC 4, serial 4).

    A chain has several, all of one organisation. Without an organisation nobody has signed up
    for the shop yet, and its cases start at the institution.
    """

    merchant_no = models.CharField(_("商户编号"), max_length=15, unique=True)
    name = models.CharField(_("商户名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    city = models.CharField(_("城市"), max_length=40, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merchants",
    )
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.REGISTERED)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MerchantQuerySet.as_manager()

    class Meta:
        verbose_name = _("商户")
        verbose_name_plural = _("商户")

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        is_new = self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            merchant_search.keep_in_step([self], are_new=is_new)

    def delete(self, *args, **kwargs):
        with transaction.atomic():
            merchant_search.forget([self.pk])
            return super().delete(*args, **kwargs)

    @property
    def category_code(self) -> str:
        """MCC (ISO 18245), the 8th to 11th character of a 15-character merchant number."""
        return self.merchant_no[7:11] if len(self.merchant_no) == 15 else ""


class Terminal(models.Model):
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="terminals")
    terminal_no = models.CharField(_("终端编号"), max_length=8)
    label = models.CharField(_("店内叫法"), max_length=40, blank=True)  # 前台 2 号机
    model = models.CharField(_("型号"), max_length=40, blank=True)
    software_version = models.CharField(_("软件版本"), max_length=20, blank=True)
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.REGISTERED)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("终端")
        verbose_name_plural = _("终端")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "terminal_no"],
                name="one_terminal_per_merchant_and_number",
            )
        ]
        indexes = [models.Index(fields=["terminal_no"], name="terminal_by_number")]

    def __str__(self) -> str:
        return self.label or self.terminal_no
