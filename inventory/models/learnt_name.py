"""Other names by which files call a model or a unit, learnt once."""

from auditlog.registry import auditlog
from django.core.exceptions import ValidationError
from django.db import models

from albertslund_it.common.names import match_key, model_key
from inventory.models.organisation import in_danish_order

NO_KEY = "Navnet skal have bogstaver eller tal."


class ModelAlias(models.Model):
    """What a dealer or an MDM calls a model: a part number as 21ML003TMX, or another spelling."""

    name = models.CharField("navn i filer", max_length=60)
    # What its spellings share; follows the name.
    key = models.CharField("nøgle", max_length=80, unique=True, editable=False)
    model = models.ForeignKey(
        "inventory.DeviceModel", models.CASCADE, verbose_name="model", related_name="aliases"
    )

    class Meta:
        verbose_name = "modelnavn i filer"
        verbose_name_plural = "modelnavne i filer"
        ordering = [in_danish_order("name")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.key = model_key(self.name)
        super().save(*args, **kwargs)

    def clean(self):
        if not model_key(self.name):
            raise ValidationError({"name": NO_KEY})


class UnitAlias(models.Model):
    """What another system calls a unit."""

    name = models.CharField("navn i filer", max_length=100)
    key = models.CharField("nøgle", max_length=120, unique=True, editable=False)
    unit = models.ForeignKey(
        "inventory.Unit", models.CASCADE, verbose_name="enhed", related_name="aliases"
    )

    class Meta:
        verbose_name = "enhedsnavn i filer"
        verbose_name_plural = "enhedsnavne i filer"
        ordering = [in_danish_order("name")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.key = match_key(self.name)
        super().save(*args, **kwargs)

    def clean(self):
        if not match_key(self.name):
            raise ValidationError({"name": NO_KEY})


for _model in (ModelAlias, UnitAlias):
    auditlog.register(_model)
