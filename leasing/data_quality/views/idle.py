"""The page of what is leased and not used: in all, by department and unit, and each device."""

from django.utils.functional import cached_property

from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_DEVICE, VIEW_EMPLOYEE
from albertslund_it.web.clock import today
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.lists.picking import BulkAction, Picking
from inventory.organisation.selectors.organisation import departments_open_to
from inventory.organisation.selectors.scope import units_seen_by
from leasing.cost_table.moment import one_moment
from leasing.data_quality.forms import IdleFilters, IdleForm
from leasing.data_quality.presenters.idle import (
    idle_links,
    idle_url,
    is_in_stock,
    reasons_for,
)
from leasing.data_quality.selectors.idle import Idle, IdleSum, by_place, idle_devices
from leasing.data_quality.tables.faults import LinksColumn
from leasing.data_quality.tables.idle import IdleTable
from leasing.models import Settings


class IdlePage(ListPage):
    """What is leased and not used, of what the user sees."""

    permission_required = VIEW_DEVICE
    table_class = IdleTable
    template_name = "leasing/data_quality/idle.html"
    filter_form = IdleForm
    title = "Leaset, men ikke i brug"
    file_name = "ikke-i-brug"

    def get(self, request, *args, **kwargs):
        with one_moment():
            return super().get(request, *args, **kwargs)

    @cached_property
    def all_rows(self) -> list[Idle]:
        return idle_devices(self.request.user, today())

    def make_filters(self):
        user, day = self.request.user, today()
        form = IdleForm(
            self.request.GET,
            departments=departments_open_to(user, day),
            units=units_seen_by(user, day),
            reasons=reasons_for(user),
            hint="Serienr., model, enhed",
        )
        return IdleFilters(form, self.all_rows)

    def table_options(self):
        user = self.request.user
        mail = Settings.objects.values_list("helpdesk_mail", flat=True).get()
        links = LinksColumn(
            "Gør",
            of=lambda row: list(idle_links(row, user, mail)),
            orderable=False,
            exclude_from_export=True,
            card="note",
        )
        return {
            "exclude": [] if user.has_perm(VIEW_EMPLOYEE) else ["person"],
            "extra_columns": [("actions", links)],
        }

    def picking(self):
        if not self.request.user.has_perm(HANDLE_ORDERS):
            return None
        return Picking(
            "serienumre",
            value=lambda row: row.name,
            ore=lambda row: row.quarter_ore,
            in_stock=is_in_stock,
            actions=(
                BulkAction("Tag tilbage", "take-back", "held"),
                BulkAction("Flyt", "transfer", "held"),
                BulkAction("Udlever", "hand-out", "stock"),
            ),
        )

    def extra_context(self):
        places = by_place(self.all_rows)
        return {
            "places": [
                (
                    whole.place.department,
                    idle_url(
                        department_id=whole.place.department_id,
                        unit_id=None if whole.place.department_id else parts[0].place.unit_id,
                    ),
                    whole.sum,
                    [
                        (one.place.unit, idle_url(unit_id=one.place.unit_id), one.sum)
                        for one in parts
                        if whole.place.department_id
                    ],
                )
                for whole, parts in places
            ],
            "whole": sum((whole.sum for whole, _ in places), IdleSum()),
        }
