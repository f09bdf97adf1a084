import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.row_errors import FileRefused, RowErrors
from albertslund_it.common.permissions import HANDLE_ORDERS, VIEW_ALL_DEPARTMENTS
from albertslund_it.web.clock import today
from albertslund_it.web.forms import uploads
from albertslund_it.web.forms.agreement import FIELD, NotAsShown, refuse_unless_seen
from albertslund_it.web.lists.pages import ListPage
from albertslund_it.web.refusals import tell_refusal
from leasing.lease_end.presenters import board_url
from leasing.lessor_questions.forms import AnsweredForm, ListForm, PartForm, QuestionForm
from leasing.lessor_questions.importers import LESSOR_LIST, read_list
from leasing.lessor_questions.presenters import (
    boards_of,
    counts_shown,
    part_of,
    questions_shown,
    rows_shown,
    rows_to_agree,
    state_of,
)
from leasing.lessor_questions.selectors import (
    ComparedRow,
    Comparison,
    compared,
    kept_items,
    question_rows,
    questions_seen_by,
)
from leasing.lessor_questions.services import (
    QuestionFacts,
    answer_question,
    save_list,
    save_question,
    withdraw_question,
)
from leasing.lessor_questions.tables import ComparedTable, QuestionFilter, QuestionTable

SHOWN = 200
GONE = "Filen er ikke gemt her længere. Vælg den igen."
TOO_LARGE = "Filen er for stor. Slet ark, der ikke bruges."


class QuestionList(ListPage):
    """The lessor's questions, the latest first."""

    permission_required = VIEW_ALL_DEPARTMENTS
    table_class = QuestionTable
    filter_class = QuestionFilter
    template_name = "leasing/lessor_questions/list.html"
    title = "Henvendelser fra leasinggiver"
    file_name = "henvendelser"

    def rows(self):
        return question_rows(questions_seen_by(self.request.user))

    def table_data(self, filtered):
        return questions_shown(filtered, today())

    def extra_context(self):
        return {"board": board_url()}


class PartFilters:
    """The form, in the shape that a list page takes its filters."""

    def __init__(self, form: PartForm, found: Comparison):
        self.form, self.found = form, found
        self.filters = form.fields

    @property
    def qs(self) -> list[ComparedRow]:
        """Return the rows; none when the part cannot be read."""
        if not self.form.is_valid():
            return []
        return part_of(self.found, self.form.cleaned_data["vis"], today())


class QuestionPage(ListPage):
    """One question: what it is about, how much is decided, and its list beside the register."""

    permission_required = VIEW_ALL_DEPARTMENTS
    table_class = ComparedTable
    template_name = "leasing/lessor_questions/detail.html"
    filter_form = PartForm
    per_page = 100

    def get(self, request, pk):
        self.question = get_object_or_404(questions_seen_by(request.user), pk=pk)
        self.title = f"Henvendelse om {self.question.sub_agreement}"
        self.file_name = f"henvendelse-{pk}"
        self.found = compared(self.question, kept_items(self.question), today())
        return super().get(request)

    def make_filters(self):
        return PartFilters(PartForm(self.request.GET), self.found)

    def table_data(self, filtered):
        return rows_shown(filtered, today())

    def extra_context(self):
        day = today()
        return {
            "question": self.question,
            "state": state_of(self.question, day),
            "found": self.found,
            "counts": counts_shown(self.found),
            "boards": boards_of(self.question),
            "answer_form": AnsweredForm(initial={"answered_on": day}),
        }


@permission_required(HANDLE_ORDERS, raise_exception=True)
def question_new(request):
    """Enter a question of the lessor's."""
    form = QuestionForm(request.POST or None, initial={"received_on": today()})
    return _saved_or_shown(request, form, None)


@permission_required(HANDLE_ORDERS, raise_exception=True)
def question_edit(request, pk):
    """Change a question of the lessor's."""
    question = get_object_or_404(questions_seen_by(request.user), pk=pk)
    names = ("received_on", "answer_by", "expires_from", "expires_to", "note", "answered_on")
    initial = {name: getattr(question, name) for name in names}
    initial["sub_agreement"] = question.sub_agreement_id
    form = QuestionForm(request.POST or None, initial=initial, question=question)
    return _saved_or_shown(request, form, question)


def _saved_or_shown(request, form, question):
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                saved = save_question(
                    facts=QuestionFacts(**form.cleaned_data),
                    actor=request.user,
                    today=today(),
                    question_id=question and question.pk,
                )
            except Refused as refused:
                form.add_error(None, refused.reasons)
            else:
                messages.success(request, f"Henvendelsen om {saved.sub_agreement} er gemt.")
                return redirect("lessor-question", saved.pk)
    context = {"form": form, "question": question}
    return render(request, "leasing/lessor_questions/form.html", context, status=status)


@require_POST
@permission_required(HANDLE_ORDERS, raise_exception=True)
def question_withdraw(request, pk):
    """Delete a question that was entered by mistake."""
    get_object_or_404(questions_seen_by(request.user), pk=pk)
    try:
        gone = withdraw_question(question_id=pk, actor=request.user)
    except Refused as refused:
        tell_refusal(request, refused)
        return redirect("lessor-question", pk)
    messages.success(request, f"Henvendelsen om {gone.sub_agreement} er slettet.")
    return redirect("lessor-question-list")


@require_POST
@permission_required(HANDLE_ORDERS, raise_exception=True)
def question_answered(request, pk):
    """Note on which day the lessor was answered."""
    get_object_or_404(questions_seen_by(request.user), pk=pk)
    form = AnsweredForm(request.POST)
    if not form.is_valid():
        typed = request.POST.get("answered_on", "")[:40]
        for error in form.errors["answered_on"]:
            messages.error(request, f"{error} Du skrev »{typed}«. Intet er gemt.")
        return redirect("lessor-question", pk)
    try:
        answer_question(question_id=pk, actor=request.user, today=today(), **form.cleaned_data)
    except Refused as refused:
        tell_refusal(request, refused)
    else:
        messages.success(request, "Henvendelsen er besvaret. Der kommer ikke flere varsler om den.")
    return redirect("lessor-question", pk)


@permission_required(HANDLE_ORDERS, raise_exception=True)
def question_file(request, pk):
    """Take in the lessor's list in two steps: show what it says, then keep it."""
    question = get_object_or_404(questions_seen_by(request.user), pk=pk)
    if request.method != "POST":
        return _upload_page(request, question, ListForm())
    if "token" in request.POST:
        return _go_on(request, question)
    form = ListForm(request.POST, request.FILES)
    if uploads.was_too_large(request):
        form.errors["file"] = form.error_class([TOO_LARGE])
    if not form.is_valid():
        return _upload_page(request, question, form)
    upload = form.cleaned_data["file"]
    return _preview(request, question, upload, upload.name)


def _preview(request, question, stream, name: str, token: str = ""):
    """Show what a list says; it is kept for whoever agrees to it."""
    try:
        found, warnings = _take_in(request, question, stream, name, dry_run=True)
    except Refused as refused:
        return _upload_page(request, question, ListForm(), refused, name)
    token = token or uploads.keep(request.user, stream)
    table = ComparedTable(rows_shown(found.rows[:SHOWN], today()), orderable=False)
    context = {
        "question": question,
        "found": found,
        "counts": counts_shown(found),
        "warnings": warnings,
        "token": token,
        "name": name,
        "rows": [*rows_to_agree(found, _digest_of(stream))],
        "table": table,
        "more": max(0, len(found.rows) - SHOWN),
    }
    return render(request, "leasing/lessor_questions/preview.html", context)


def _go_on(request, question):
    """Keep a list that was looked at, unless it says something else by now."""
    token, name = request.POST["token"], request.POST.get("name", "")[:200] or "Filen"
    stream = uploads.kept(request.user, token)
    if stream is None:
        messages.error(request, GONE)
        return redirect("lessor-question-file", question.pk)
    with stream:
        digest = _digest_of(stream)

        def agree(found):
            refuse_unless_seen(request.POST.get(FIELD, ""), rows_to_agree(found, digest))

        try:
            found, _ = _take_in(request, question, stream, name, agree=agree)
        except NotAsShown as changed:
            for reason in changed.reasons:
                messages.warning(request, reason)
            stream.seek(0)
            return _preview(request, question, stream, name, token)
        except Refused as refused:
            return _upload_page(request, question, ListForm(), refused, name)
    uploads.forget(request.user, token)
    messages.success(request, f"Listen med {found.listed} serienumre er gemt.")
    return redirect("lessor-question", question.pk)


def _take_in(request, question, stream, name: str, **options):
    errors = RowErrors()
    items, warnings = read_list(stream, name, errors)
    found = save_list(
        question_id=question.pk,
        items=items,
        actor=request.user,
        today=today(),
        errors=errors,
        **options,
    )
    return found, warnings


def _digest_of(stream) -> str:
    """Return the digest of a file's bytes, and wind it back."""
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    return digest


def _upload_page(request, question, form, refused: Refused | None = None, name: str = ""):
    """Show the form, and above it why the last list was refused."""
    row_errors = refused.errors if isinstance(refused, FileRefused) else []
    context = {
        "question": question,
        "form": form,
        "name": name,
        "importer": LESSOR_LIST,
        "reasons": refused.reasons if refused and not row_errors else [],
        "row_errors": row_errors[:SHOWN],
        "fault_count": len(row_errors),
        "more": max(0, len(row_errors) - SHOWN),
    }
    status = 422 if refused or form.errors else 200
    return render(request, "leasing/lessor_questions/file.html", context, status=status)
