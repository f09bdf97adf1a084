"""What is done with the devices that were ticked: shown first, for each, then done."""

from collections.abc import Iterator

from django.contrib import messages
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View

from albertslund_it.common.errors import Refused
from albertslund_it.common.permissions import DECIDE_LEASE_END, HANDLE_ORDERS, VIEW_EMPLOYEE
from albertslund_it.web.clock import now, today
from albertslund_it.web.database.rows import among
from albertslund_it.web.forms.agreement import Doubted, agreed_by, status_of
from albertslund_it.web.query import numbers_in, page_before
from albertslund_it.web.requests import Request
from leasing.buyout.forms import HandingOverForm
from leasing.buyout.presenters import BuyoutStepRow, asked_in_words, told, why_not_asked
from leasing.buyout.selectors.candidates import leases_seen_by
from leasing.buyout.selectors.rows import BuyoutRow, buyout_rows
from leasing.buyout.services.decisions import decide_buyouts, faults_of_yes
from leasing.buyout.services.handing_over import Emptied, faults_of_handing_over, hand_over
from leasing.buyout.services.invitations import (
    MOST,
    ask_employees,
    askable,
    withdraw_invitations,
)
from leasing.lease_end.presenters import what_happens


class BuyoutStep(PermissionRequiredMixin, View):
    """Show what a step does with the devices that were ticked, then do it."""

    permission_required: tuple[str, ...] = (HANDLE_ORDERS, VIEW_EMPLOYEE)
    raise_exception = True
    request: Request
    title = ""
    button = ""
    template_name = "leasing/buyout/step.html"

    def get(self, request):
        return self.page(self.chosen())

    def post(self, request):
        chosen = self.chosen()
        if request.POST.get("trin") == "valgt":  # more than an address holds
            return self.page(chosen)
        try:
            said = self.carry_out(chosen)
        except Refused as refused:
            return self.page(chosen, refused.reasons)
        messages.success(request, said)
        return redirect(self.back)

    @property
    def back(self) -> str:
        return page_before(self.request, reverse("buyout-list"))

    def chosen(self) -> list[int]:
        """Return the leases that were ticked, of those that the user sees."""
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        texts = [*asked.getlist("leasing"), asked.get("ids", "")]
        ids = numbers_in(",".join(texts).split(","))
        seen = leases_seen_by(self.request.user, today()).filter(pk__in=among(ids, int))
        return sorted(seen.order_by().values_list("pk", flat=True))

    def steps(self, ids: list[int]) -> list[BuyoutStepRow]:
        return list(self.step_rows(buyout_rows(ids, today())))

    def step_rows(self, rows: list[BuyoutRow]) -> Iterator[BuyoutStepRow]:
        raise NotImplementedError

    def carry_out(self, ids: list[int]) -> str:
        raise NotImplementedError

    def agree(self, ids: list[int]):
        """Return what a service calls: it compares what was shown with what is by then."""
        return agreed_by(self.request.POST, lambda: told(self.steps(ids)))

    def page(self, ids: list[int], reasons=(), **context):
        steps = self.steps(ids)
        context |= {
            "title": self.title,
            "button": self.button,
            "ids": ",".join(map(str, ids)),
            "steps": [one for one in steps if not one.is_left_out],
            "left_out": [one for one in steps if one.is_left_out],
            "rows": list(told(steps)),
            "reasons": reasons,
            "back": self.back,
        }
        return render(self.request, self.template_name, context, status=422 if reasons else 200)


class AskPage(BuyoutStep):
    """Ask the employees who have the devices."""

    title = "Spørg medarbejderen"
    button = "Send mails"
    template_name = "leasing/buyout/ask.html"

    def step_rows(self, rows):
        chosen = {one.row.lease_id for one in askable(rows)}
        for row in rows:
            if row.lease_id in chosen:
                yield BuyoutStepRow(row, asked_in_words(row))
            else:
                later = f"Der spørges højst {MOST} ad gangen. Spørg resten bagefter."
                yield BuyoutStepRow(row, why_not_asked(row) or later, is_left_out=True)

    def carry_out(self, ids):
        made = ask_employees(
            lease_ids=ids,
            actor=self.request.user,
            today=today(),
            now=now(),
            agree=self.agree(ids),
        )
        count = len(made)
        return f"{count} medarbejder{'e' if count > 1 else ''} er spurgt."


class WithdrawPage(BuyoutStep):
    """Withdraw questions."""

    title = "Træk spørgsmålet tilbage"
    button = "Træk tilbage"

    def step_rows(self, rows):
        for row in rows:
            one = row.invitation
            if one is None or one.withdrawn_at:
                yield BuyoutStepRow(row, "Er ikke spurgt.", is_left_out=True)
            else:
                answer = (
                    f"svarede {one.get_answer_display().lower()}" if one.answer else "intet svar"
                )
                yield BuyoutStepRow(
                    row, f"Spurgt den {one.sent_at:%d-%m-%Y}, {answer}. Linket lukkes."
                )

    def carry_out(self, ids):
        count = withdraw_invitations(
            lease_ids=ids,
            actor=self.request.user,
            today=today(),
            now=now(),
            agree=self.agree(ids),
        )
        return f"{count} spørgsmål er trukket tilbage. De gamle links virker ikke længere."


class DecidePage(BuyoutStep):
    """Decide that those who said yes may buy."""

    permission_required = (DECIDE_LEASE_END, HANDLE_ORDERS, VIEW_EMPLOYEE)
    title = "Beslut frikøb"
    button = "Beslut frikøb"

    def step_rows(self, rows):
        for row in rows:
            if faults := faults_of_yes(row):
                yield BuyoutStepRow(row, " ".join(faults), is_left_out=True)
            else:
                before = what_happens(row.end, today()).words
                yield BuyoutStepRow(
                    row, f"{before} → Frikøbes ved udløb {row.end.last_day:%d-%m-%Y}"
                )

    def carry_out(self, ids):
        chosen = [one.row.lease_id for one in self.steps(ids) if not one.is_left_out]
        if not chosen:
            raise Refused("Ingen af dem har sagt ja, så der er intet at beslutte.")
        decide_buyouts(
            lease_ids=chosen,
            actor=self.request.user,
            today=today(),
            now=now(),
            agree=self.agree(ids),
        )
        return f"Frikøb er besluttet for {len(chosen)} stk."


class HandOverPage(BuyoutStep):
    """Hand over what is bought: it leaves the register."""

    title = "Overdraget til medarbejderen"
    button = "Gem overdragelsen"
    template_name = "leasing/buyout/hand_over.html"

    def get(self, request):
        form = HandingOverForm(initial={"left_on": f"{today():%d-%m-%Y}"})
        return self.page(self.chosen(), form=form)

    def post(self, request):
        ids, form = self.chosen(), HandingOverForm(request.POST)
        status = 422
        if form.is_valid():
            chosen = [one.row.lease_id for one in self.steps(ids) if not one.is_left_out]
            emptied = self.emptied()
            try:
                made = hand_over(
                    emptied={pk: emptied.get(pk, Emptied(False, False)) for pk in chosen},
                    left_on=form.cleaned_data["left_on"],
                    is_sure=form.cleaned_data["is_sure"],
                    actor=request.user,
                    today=today(),
                    agree=self.agree(ids),
                )
            except Doubted as doubted:
                form.doubts = doubted.doubts
            except Refused as refused:
                status = status_of(form, refused)
            else:
                messages.success(request, f"{len(made)} stk. er overdraget og ude af registeret.")
                return redirect(self.back)
        response = self.page(ids, form=form)
        response.status_code = status
        return response

    def emptied(self) -> dict[int, Emptied]:
        """Return what is ticked of each device."""
        wiped = numbers_in(self.request.POST.getlist("slettet"))
        unmanaged = numbers_in(self.request.POST.getlist("fjernet"))
        return {pk: Emptied(pk in wiped, pk in unmanaged) for pk in wiped | unmanaged}

    def step_rows(self, rows):
        for row in rows:
            if faults := faults_of_handing_over(row):
                yield BuyoutStepRow(row, " ".join(faults), is_left_out=True)
            else:
                yield BuyoutStepRow(row, "Går ud af registeret, og leasingen koster ikke mere.")

    def page(self, ids, reasons=(), **context):
        emptied = self.emptied()
        ticked = {
            "wiped": {pk for pk, one in emptied.items() if one.is_wiped},
            "unmanaged": {pk for pk, one in emptied.items() if one.is_unmanaged},
        }
        return super().page(ids, reasons, **ticked, **context)
