"""What is done with several devices at once: the page shows what it does, and then does it."""

from typing import ClassVar

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import HANDLE_ORDERS
from albertslund_it.web.clock import now, today
from albertslund_it.web.forms.agreement import agreed_by, status_of
from albertslund_it.web.query import page_before
from albertslund_it.web.requests import Request
from inventory.acts.presenters import tag_of
from inventory.models import Act, Device
from inventory.organisation.selectors.scope import devices_seen_by
from leasing.devices.forms import FactsForm, MessageForm, SomeDevicesForm
from leasing.devices.presenters import rows_of_facts, rows_of_users
from leasing.devices.selectors.users import users_of
from leasing.devices.services import change_facts, planned_facts, write_to_users


class SomeDevicesPage(PermissionRequiredMixin, View):
    """Show the form, then what it would do, then do it."""

    permission_required = HANDLE_ORDERS
    raise_exception = True
    request: Request
    form_class: type[SomeDevicesForm]
    words: ClassVar[dict[str, str]] = {}  # what `picked.html` says

    def get(self, request):
        return self.first_shown(request.GET)

    def first_shown(self, given):
        """Show the form with the devices of a list or an address."""
        numbers = "\n".join(given.getlist("serienumre")).replace(",", "\n")
        form = self.make_form(initial={"serienumre": numbers})
        return self.page(form)

    def post(self, request):
        if request.POST.get("trin") == "valgt":  # more than an address holds
            return self.first_shown(request.POST)
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        try:
            said, act = self.carry_out(form)
        except Refused as refused:
            return self.page(form, status_of(form, refused), list(self.rows(form)))
        messages.success(request, said, extra_tags=tag_of(act))
        return redirect(self.back)

    @property
    def back(self) -> str:
        return page_before(self.request, reverse("device-list"))

    def make_form(self, *args, **kwargs):
        devices = devices_seen_by(self.request.user, today())
        return self.form_class(*args, devices=devices, **kwargs)

    def rows(self, form):
        """Return what it would do: of what, and what is said of it."""
        raise NotImplementedError

    def carry_out(self, form) -> tuple[str, Act | None]:
        """Do it; return what is said of it, and the act that can be undone."""
        raise NotImplementedError

    def agree(self, form):
        return agreed_by(self.request.POST, lambda: self.rows(form))

    def page(self, form, status=200, rows=()):
        context = {"form": form, "rows": rows, "words": self.words, "back": self.back}
        return render(self.request, "leasing/devices/picked.html", context, status=status)


class FactsPage(SomeDevicesPage):
    """Change the facts of some devices."""

    form_class = FactsForm
    words: ClassVar = {
        "title": "Ret oplysninger",
        "lead": "Det, du lader stå tomt, bliver, som det er. "
        "Hvem der har udstyret, rettes med »Flyt«.",
        "label": "Oplysninger",
        "show": "Vis, hvad det ændrer",
        "heading": "Det ændres",
        "save": "Gem rettelsen",
        "busy": "Gemmer …",
    }

    def rows(self, form):
        devices = Device.objects.select_related("model").filter(pk__in=form.found.ids)
        return rows_of_facts(planned_facts(devices.order_by("serial_number"), form.values))

    def carry_out(self, form):
        changes, act = change_facts(
            device_ids=form.found.ids,
            values=form.values,
            agree=self.agree(form),
            actor=self.request.user,
            now=now(),
        )
        count = len({one.subject for one in changes.differences})
        return f"{count} stk. udstyr er rettet." if count else "Alt stod der i forvejen.", act


class MessagePage(SomeDevicesPage):
    """Write to those who use some devices."""

    form_class = MessageForm
    words: ClassVar = {
        "title": "Skriv til brugerne",
        "lead": "De, der har udstyret i dag, får hver sin mail fra it-helpdesk. "
        "Du kan se mailene under »Sendte mails«.",
        "label": "Mail",
        "show": "Vis, hvem der får den",
        "heading": "De får den",
        "save": "Send",
        "busy": "Sender …",
    }

    def rows(self, form):
        return rows_of_users(users_of(form.found.ids, today()))

    def carry_out(self, form):
        data = form.cleaned_data
        mails = write_to_users(
            device_ids=form.found.ids,
            subject=data["emne"],
            text=data["tekst"],
            token=str(data["kvittering"]),
            agree=self.agree(form),
            today=today(),
            now=now(),
        )
        if not mails:
            return "Der er ikke skrevet nogen ny mail.", None
        return f"{len(mails)} mail{'' if len(mails) == 1 else 's'} er på vej.", None
