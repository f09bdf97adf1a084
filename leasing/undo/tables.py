"""The list of what one has done: its table."""

from django.urls import reverse

from albertslund_it.web.lists.columns import Column, MarkColumn
from albertslund_it.web.lists.tables import Table
from albertslund_it.web.moments import moment_told
from leasing.undo.presenters import state_of


class MomentOfAct(Column):
    is_danish = False
    css = "nowrap"


class ActTable(Table):
    """What a user has done, the latest first."""

    caption = "Mine seneste handlinger"
    empty_title = "Du har ikke gjort noget, der kan fortrydes"
    empty_help = "Udleveringer, flytninger og indlæste filer kommer her, når du har gemt dem."

    title = Column("Hvad", link=lambda act: reverse("act-detail", args=[act.pk]), card="title")
    at = MomentOfAct("Hvornår", of=lambda act: moment_told(act.at), card="note")
    kind = Column("Slags", of=lambda act: act.get_kind_display(), card="line")
    state = MarkColumn("Status", of=state_of, orderable=False, card="line")
