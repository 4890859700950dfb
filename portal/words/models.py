"""Which neighbouring characters occur in which thing.

No text is kept here: what is found is verified and ranked on the thing itself, so nothing that is
erased there lives on in a copy.
"""

from django.db import models


class Gram(models.Model):
    """`gram` occurs in the thing `ref` of that `kind`; see `grams` for how it is packed."""

    pk = models.CompositePrimaryKey("kind", "gram", "ref")
    kind = models.CharField(max_length=16)
    gram = models.BigIntegerField()
    ref = models.BigIntegerField(help_text="the thing's own id")
    weight = models.PositiveSmallIntegerField(help_text="of the weightiest text that holds it")

    class Meta:
        indexes = [models.Index(fields=["kind", "ref"], name="grams_of_thing")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.ref} {self.gram:x}"
