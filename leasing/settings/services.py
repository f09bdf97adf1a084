"""Change settings, with the history of what they were."""

from collections.abc import Mapping

from django.db import models, transaction

from albertslund_it.common.errors import Refused
from albertslund_it.common.meanwhile import only_changed
from albertslund_it.web.database.bulk import Changes
from albertslund_it.web.database.rows import column_of
from albertslund_it.web.people import Actor
from leasing.models import BillingRun, FrameworkAgreement, Lease, Settings, Stocktake


@transaction.atomic
def save_settings(
    *, actor: Actor, typed: Mapping[str, object], seen: Mapping[str, object]
) -> list[str]:
    """Set those settings that are typed otherwise than seen; return in words what is different.

    Raises:
        Refused: when somebody else was first, or the billing start is moved though a quarter is
            closed, or a stocktake
            that runs is switched off.
    """
    settings = Settings.objects.select_for_update().get(id=1)
    values = _only_changed(settings, typed, seen)
    start = values.get("billing_starts_on", settings.billing_starts_on)
    if start != settings.billing_starts_on and BillingRun.objects.exists():
        raise Refused("Et kvartal er låst: datoen, der opkræves fra, ligger fast.")
    if values.get("uses_stocktakes") is False and (one := _open_stocktake()):
        raise Refused(f"Luk først optællingen »{one.name}«; ellers kan ingen svare på den.")
    changes = Changes((Settings,))
    changes.update(settings, "Indstillinger", **values)
    changes.save(actor)
    return [f"{one.what}: {one.before} → {one.after}" for one in changes.differences]


def _open_stocktake() -> Stocktake | None:
    return Stocktake.objects.filter(closed_at=None).first()


@transaction.atomic
def save_agreement(
    *, actor: Actor, typed: Mapping[str, object], seen: Mapping[str, object]
) -> None:
    """Set what the framework agreement is called, and from when it holds.

    Raises:
        Refused: when somebody else was first, or a lease begins before it.
    """
    agreement = FrameworkAgreement.objects.select_for_update().order_by("pk")[0]
    values = _only_changed(agreement, typed, seen)
    starts_on = values.get("starts_on", agreement.starts_on)
    early = Lease.objects.filter(sub_agreement__framework=agreement, starts_on__lt=starts_on)
    if count := early.count():
        first = early.earliest("starts_on").starts_on
        raise Refused(
            f"{count} leasing{'er' if count > 1 else ''} begynder før {starts_on:%d-%m-%Y}, den "
            f"første {first:%d-%m-%Y}. Rammeaftalen skal gælde fra den dag eller før."
        )
    changes = Changes((FrameworkAgreement,))
    changes.update(agreement, agreement.name, **values)
    changes.save(actor)


def _only_changed(
    row: models.Model, typed: Mapping[str, object], seen: Mapping[str, object]
) -> dict[str, object]:
    return only_changed(
        typed,
        seen=seen,
        stands={name: getattr(row, name) for name in typed},
        labels={name: str(column_of(type(row), name).verbose_name).capitalize() for name in typed},
    )
