"""`fetch_mail` reads a real mailbox: each mail once, a draft of each, and nothing is answered."""

import io
import threading
from datetime import date

import pytest
from django.core.management import call_command
from django.db import connection

from leasing.mail_in.importers import mailbox as mailbox_of_imap
from leasing.models import (
    KeptFile,
    Mail,
    MailOutcome,
    Order,
    OrderLine,
    ReceivedFile,
    ReceivedMail,
    Settings,
    Status,
)
from tests import builders as make
from tests.leasing.mail_in.imap import PASSWORD, stubborn
from tests.leasing.mail_in.letters import letter
from tests.web.markup import parse, select, text

pytestmark = pytest.mark.django_db
READ, OTHER = "Indlæst", "Ikke indlæst"


@pytest.fixture(autouse=True)
def town(db, settings):
    settings.TODAY = date(2026, 5, 4)
    make.cost_holder()
    unit = make.unit("1001", "Birkelunden")
    Settings.objects.update(helpdesk_mail="helpdesk@example.dk")
    make.model("T14")
    return make.employee("meda", "Mette Dam", unit=unit)


def fetched(*args):
    """Run the command; return what it wrote, what it complained of, and how it ended."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    try:
        call_command("fetch_mail", *args, stdout=out, stderr=err)
    except SystemExit as ended:
        status = ended.code
    assert PASSWORD not in out.getvalue() + err.getvalue()
    return out.getvalue(), err.getvalue(), status


def test_a_mail_becomes_a_draft_once_and_is_left_in_its_folder(mailbox, town):
    mailbox.put(letter(subject="Ny pc til Mette"))
    out, _, status = fetched()

    order = Order.objects.get()
    line = order.lines.get()
    assert (line.model.name, line.employee, line.unit, line.status) == (
        "T14", town, town.unit, "draft",
    )  # fmt: skip
    assert order.requester_mail == "lone@example.dk"
    assert order.mail_text.startswith("Fra: Lone Holm <lone@example.dk>\nEmne: Ny pc til Mette\n")
    assert (out, status) == (f"1 mail er blevet til kladder: {order.number}.\n", 0)
    assert mailbox.subjects() == []
    assert mailbox.subjects(READ) == ["Ny pc til Mette"]
    assert fetched() == ("Der er ingen nye mails.\n", "", 0)
    assert Order.objects.count() == 1
    assert not Mail.objects.exists()


def test_what_no_person_wrote_makes_no_order(mailbox):
    mailbox.put(
        letter(subject="Svar", Auto_Submitted="auto-replied"),
        letter(subject="Nyt", List_Id="<nyt.example.dk>"),
        letter(subject="Tilbud", Precedence="bulk"),
        letter(subject="Egen", sender="Helpdesk <HELPDESK@example.dk>"),
        letter(subject="Automatisk svar: Ny pc"),
        letter(subject="Retur", Return_Path="<>"),
        letter(subject="Rigtig", Auto_Submitted="no"),
    )
    out, _, status = fetched()

    assert Order.objects.get().reference == "Rigtig"
    assert len(mailbox.subjects(OTHER)) == 6
    assert "6 mails er automatiske" in out
    assert status == 0
    automatic = ReceivedMail.objects.filter(outcome=MailOutcome.AUTOMATIC)
    assert set(automatic.values_list("why", flat=True)) == {
        "Automatisk svar", "Fra en mailingliste", "Masseudsendt", "Fra postkassen selv",
        "Besked fra en mailserver",
    }  # fmt: skip


def test_the_same_mail_twice_and_put_back_is_one_order(mailbox):
    mail = letter(message_id="<en@example.dk>")
    mailbox.put(mail, mail)
    out, _, _ = fetched()
    mailbox.put(mail)
    again, _, _ = fetched()

    assert Order.objects.count() == 1
    assert "1 mail var hentet før og er kun flyttet." in out
    assert again == "1 mail var hentet før og er kun flyttet.\n"
    assert mailbox.subjects() == []


def test_who_dies_between_saving_and_moving_leaves_one_order(mailbox, monkeypatch):
    mailbox.put(letter())
    with monkeypatch.context() as patched:
        patched.setattr(mailbox_of_imap.OpenMailbox, "put", dying)
        with pytest.raises(KeyboardInterrupt):
            fetched()
    assert (Order.objects.count(), len(mailbox.subjects())) == (1, 1)

    out, _, status = fetched()
    assert (Order.objects.count(), mailbox.subjects(), status) == (1, [], 0)
    assert "kun flyttet" in out


def dying(*_):
    raise KeyboardInterrupt


def test_what_cannot_be_moved_is_said_and_makes_one_order(mailbox):
    mailbox.put(letter())
    with mailbox.open() as box:
        box.folder.create(READ)
    folder = mailbox.place_of("Indl")
    for inside in ("tmp", "cur", "new"):
        (folder / inside).chmod(0o500)
    try:
        _, err, status = fetched()
        assert (status, Order.objects.count(), len(mailbox.subjects())) == (1, 1, 1)
        assert "kunne ikke flyttes" in err
    finally:
        for inside in ("tmp", "cur", "new"):
            (folder / inside).chmod(0o700)
    assert fetched()[2] == 0
    assert (Order.objects.count(), mailbox.subjects()) == (1, [])


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_make_one_order_of_a_mail(mailbox, town):
    mailbox.put(*(letter(subject=f"Mail {n}") for n in range(4)))
    faults = []

    def run():
        try:
            call_command("fetch_mail", stdout=io.StringIO(), stderr=io.StringIO())
        except BaseException as error:  # in a thread nobody else hears of it
            faults.append(error)
        finally:
            connection.close()

    runs = [threading.Thread(target=run) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join(60)

    assert not faults
    assert sorted(Order.objects.values_list("reference", flat=True)) == [
        f"Mail {n}" for n in range(4)
    ]
    assert mailbox.subjects() == []


def test_a_huge_mail_is_not_fetched_and_does_not_stop_those_behind_it(mailbox, monkeypatch):
    monkeypatch.setattr(mailbox_of_imap, "MOST_BYTES", 20_000)
    mailbox.put(letter("x" * 30_000, subject="Stor"), letter(subject="Lille"))
    fetched_parts = []
    real = mailbox_of_imap.OpenMailbox._fetched
    monkeypatch.setattr(
        mailbox_of_imap.OpenMailbox,
        "_fetched",
        lambda self, uid, parts: fetched_parts.append((uid, parts)) or real(self, uid, parts),
    )
    out, _, status = fetched()

    whole = [uid for uid, parts in fetched_parts if parts == "(BODY.PEEK[])"]
    assert len(whole) == 1
    assert Order.objects.get().reference == "Lille"
    assert mailbox.subjects(OTHER) == ["Stor"]
    assert ("1 mail er for store" in out, status) == (True, 0)
    assert ReceivedMail.objects.get(outcome="too_large").sender == "Lone Holm <lone@example.dk>"


@pytest.mark.parametrize("answer", ["NO [SERVERBUG] Internal error", "BAD Error in command"])
@pytest.mark.parametrize("command", ["UID FETCH 1 .*SIZE", r"UID FETCH 1 .*BODY"])
def test_a_mail_the_server_holds_back_stops_none_behind_it_and_is_tried_again(
    mailbox, settings, command, answer
):
    mailbox.put(letter(subject="Tilbageholdt"), letter(subject="Bagved"))
    for _ in range(2):
        with stubborn(mailbox, command, answer) as settings.IMAP_SECRET_URL:
            out, err, status = fetched("--most", "1")
        assert ("1 mail vil mailserveren ikke udlevere" in err, status) == (True, 1)
        assert [one.reference for one in Order.objects.all()] == ["Bagved"]
        assert mailbox.subjects() == ["Tilbageholdt"]
    assert "tilbage" not in out
    noted = ReceivedMail.objects.get(outcome=MailOutcome.UNREADABLE)
    assert "udleverer ikke" in noted.why

    settings.IMAP_SECRET_URL = mailbox.url()
    assert fetched()[2] == 0
    assert Order.objects.count() == 2


@pytest.mark.parametrize(
    ("command", "words"),
    [("UID SEARCH", "svarede ikke, som den skal"), ("UID (COPY|MOVE)", "kunne ikke flyttes")],
)
@pytest.mark.parametrize("answer", ["NO [SERVERBUG] Internal error", "BAD Error in command"])
def test_what_the_server_refuses_is_said_in_words(mailbox, settings, command, words, answer):
    mailbox.put(letter())
    with stubborn(mailbox, command, answer) as settings.IMAP_SECRET_URL:
        _, err, status = fetched()
    assert (words in err, status) == (True, 1)


def test_files_are_kept_once_and_those_that_are_not_are_named(mailbox):
    pdf = ("Ønske.pdf", "application/pdf", b"%PDF-1.7 hej")
    program = ("../../faktura.exe", "application/octet-stream", b"MZ" + bytes(50))
    mailbox.put(letter(files=[pdf, pdf, program]), letter("Se vedlagte", files=[pdf]))
    fetched()

    files = [(one.name, one.why_left) for one in ReceivedFile.objects.order_by("id")]
    assert files == [
        ("Ønske.pdf", ""),
        ("faktura.exe", "Filen er hverken PDF, PNG, JPEG, Excel (.xlsx) eller CSV"),
        ("Ønske.pdf", ""),
    ]
    assert len({one.file_id for one in ReceivedFile.objects.exclude(file=None)}) == 1


def test_what_cannot_be_a_line_is_read_when_the_draft_is_opened(mailbox, cast, client_of):
    mailbox.put(
        letter("Vi skal bruge 3 stk. T14.", files=[("a.pdf", "application/pdf", b"%PDF-1")])
    )
    fetched()
    order, client = Order.objects.get(), client_of(cast.helpdesk)
    assert not OrderLine.objects.exists()

    page = text(parse(client.get(f"/bestillinger/{order.pk}/ret/")))
    assert "2 genkendt" in page
    assert "a.pdf" in page
    form = select(parse(client.get(f"/bestillinger/{order.pk}/ret/")), "form[id=bestilling]")[0]
    fields = dict(form.form_values())
    assert (fields["linje-0-quantity"], fields["requester_mail"]) == ("3", "lone@example.dk")

    waits = "1 mail er hentet fra postkassen og ikke set igennem."
    assert waits in text(parse(client.get("/bestillinger/")))
    fields |= {"linje-0-unit": str(cast.unit.pk), "handling": "kladde"}
    assert client.post(f"/bestillinger/{order.pk}/ret/", fields).status_code == 302
    listed = text(parse(client.get("/bestillinger/")))
    assert waits not in listed
    shown = client.get("/bestillinger/", {"kolonne": "origin"})
    assert "Mail" in [text(cell) for cell in select(parse(shown), "td")]
    detail = client.get(f"/bestillinger/{order.pk}/")
    assert "kom som mail 04-05-2026 kl. 09.12" in text(parse(detail))
    (link,) = [one.get("href") for one in select(parse(detail), "a[download]")]
    assert client.get(link).content == b"%PDF-1"


def test_what_is_no_order_goes_with_its_draft_and_does_not_come_back(mailbox, cast, client_of):
    mail = letter("Tak for hjælpen!", files=[("a.pdf", "application/pdf", b"%PDF-1")])
    mailbox.put(mail)
    fetched()
    received, client = ReceivedMail.objects.get(), client_of(cast.helpdesk)
    assert client.post(f"/bestillinger/mails/{received.pk}/ikke/").status_code == 302
    for model in (Order, ReceivedFile, KeptFile):
        assert not model.objects.exists()
    listed = text(parse(client.get("/bestillinger/mails/")))
    assert "Ikke en bestilling" in listed

    mailbox.put(mail)
    fetched()
    assert not Order.objects.exists()

    mailbox.put(letter())
    fetched()
    order = Order.objects.get()
    order.lines.update(status=Status.APPROVED)
    client.post(f"/bestillinger/mails/{order.received_mail.pk}/ikke/")
    assert Order.objects.get() == order


def test_a_mail_in_the_same_exchange_names_the_order_before(mailbox):
    mailbox.put(letter(message_id="<a@example.dk>"))
    fetched()
    first = Order.objects.get()
    mailbox.put(letter("Ja tak", subject="SV: Ny pc", In_Reply_To="<a@example.dk>"))
    fetched()
    assert first.number in Order.objects.latest("id").note


def test_tls_is_spoken_and_a_stranger_s_certificate_is_not_trusted(mailbox, settings, monkeypatch):
    mailbox.put(letter())
    settings.IMAP_SECRET_URL = mailbox.tls_url()
    _, err, status = fetched()
    assert ("certifikat" in err, "SSL_CERT_FILE" in err, status) == (True, True, 1)

    monkeypatch.setenv("SSL_CERT_FILE", str(mailbox.server.certificate))
    assert fetched()[2] == 0
    settings.IMAP_SECRET_URL = mailbox.url(query="?tls=1")
    mailbox.put(letter())
    assert fetched()[2] == 0
    assert Order.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda box: box.url(password="forkert-Å1"), "afviser brugeren"),
        (lambda box: box.url(folder="Findes%20ikke"), "ingen mappe »Findes ikke«"),
        (lambda box: box.url().replace(str(box.server.port), "1"), "svarer ikke"),
        (lambda box: box.url().replace("imap:", "imaps:"), "taler ikke TLS"),
        (lambda box: "http://a:b@c", "skal begynde med imaps://"),
        (lambda box: "", "ikke sat"),
        (lambda box: "imap://a:b@mail.example.dk", "ukrypteret"),
        (lambda box: "imaps://a:b@c:port", "porten"),
        (lambda box: "imaps://c", "mangler"),
    ],
)
def test_what_is_wrong_with_the_mailbox_is_said_and_nothing_is_lost(
    mailbox, settings, change, words
):
    mailbox.put(letter(subject="Venter"))
    settings.IMAP_SECRET_URL = change(mailbox)
    out, err, status = fetched()
    assert (words in err, out, status) == (True, "", 1)
    assert "forkert" not in err
    assert (mailbox.subjects(), Order.objects.count()) == (["Venter"], 0)
