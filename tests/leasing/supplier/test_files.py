"""The files of the lessor's invoices: kept as they came, opened from invoice and trail, attached."""

import base64
import io
import re
import zipfile

import pytest
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from lxml import html

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.kept import check_file, clean_name
from albertslund_it.common.files.kinds import MAX_PARTS
from leasing.models import KeptFile, SupplierInvoice, SupplierInvoiceFile
from leasing.supplier.services.files import attach_file, remove_file
from leasing.supplier.services.invoices import withdraw_invoice
from tests import builders as make
from tests.files import workbook
from tests.leasing.closed import close
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.supplier.documents import PERIOD, TODAY, instance, line, take, ubl
from tests.leasing.supplier.world import HEADINGS, invoice

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n made up \xff\xfe"


def embedded(data, name="faktura.pdf", mime="application/pdf"):
    return (
        "<cac:AdditionalDocumentReference><cbc:ID>1</cbc:ID><cac:Attachment>"
        f'<cbc:EmbeddedDocumentBinaryObject mimeCode="{mime}" filename="{name}">'
        f"{base64.encodebytes(data).decode()}</cbc:EmbeddedDocumentBinaryObject>"
        "</cac:Attachment></cac:AdditionalDocumentReference>"
    )


def document(*attachments, number="4711"):
    data = ubl(line(1, instance("PF000001")), net="349.41", head=PERIOD + "".join(attachments))
    return data.replace(b">4711<", f">{number}<".encode())


def kept():
    rows = SupplierInvoiceFile.objects.order_by("id").select_related("file")
    return [(one.name, one.origin, one.file.content_type, bytes(one.file.data)) for one in rows]


@pytest.fixture(autouse=True)
def today(settings):
    settings.TODAY = TODAY


@pytest.fixture
def finance(cast, client_of):
    return client_of(cast.finance)


# --- what comes with an invoice


def test_the_invoice_and_the_files_in_it_are_kept_as_they_came():
    data = document(embedded(PDF))
    take(data, name="Faktura juli.xml")
    assert kept() == [
        ("Faktura juli.xml", "source", "application/xml", data),
        ("faktura.pdf", "embedded", "application/pdf", PDF),
    ]


@pytest.mark.parametrize(
    ("name", "ending", "content_type"),
    [
        ("linjer.csv", ".csv", "text/csv"),
        (
            "linjer.xlsx",
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_a_spreadsheet_is_kept_too(name, ending, content_type):
    row = ["4711", "02-01-2026", "PF000001", "01-01-2026", "31-03-2026", "349,41", "UA-1"]
    data = workbook(HEADINGS.split(";"), row)
    if ending == ".csv":
        data = f"{HEADINGS}\n{';'.join(row)}".encode()
    take(data, name=name)
    assert kept() == [(name, "source", content_type, data)]


def test_a_pdf_of_8_mb_inside_is_within_the_bounds():
    pdf = PDF + bytes(range(256)) * 32_768  # 8 MB, 11 MB as base64
    take(document(embedded(pdf)))
    assert kept()[1][3] == pdf


@pytest.mark.parametrize(
    ("data", "name", "why"),
    [
        (b"MZ\x90 program", "faktura.pdf", "er hverken PDF"),
        (b"<html><script>alert(1)</script>", "faktura.html", "er hverken PDF"),
        (b"<svg/>", "tegning.csv", "er hverken PDF"),
        (b"", "tom.pdf", "er tom"),
    ],
)
def test_a_file_inside_that_is_something_else_is_left_out_with_a_word(data, name, why):
    report = take(document(embedded(data, name)))
    assert [row[1] for row in kept()] == ["source"]
    assert any(name in warning and why in warning for warning in report.warnings)


def test_a_damaged_file_inside_is_left_out_with_a_word():
    report = take(document(embedded(PDF).replace("JVBE", "J*BE")))
    assert any("beskadiget" in warning for warning in report.warnings)
    assert len(kept()) == 1


def test_the_same_file_of_two_invoices_is_kept_once_and_goes_with_the_last():
    take(document(embedded(PDF)))
    take(document(embedded(PDF), number="4712"))
    assert KeptFile.objects.count() == 3

    withdraw_invoice(invoice_id=SupplierInvoice.objects.get(number="4711").pk)
    assert sorted(KeptFile.objects.values_list("content_type", flat=True)) == [
        "application/pdf",
        "application/xml",
    ]
    withdraw_invoice(invoice_id=SupplierInvoice.objects.get().pk)
    assert not KeptFile.objects.exists()


def test_the_same_file_again_is_no_news_though_the_register_knows_more_now():
    words = "<cbc:Description>PF000001</cbc:Description>"
    data = ubl(line(1, words), net="349.41", head=PERIOD)
    take(data)
    make.lease("PF000001")
    assert take(data).change_count == 0


def test_a_trial_keeps_nothing():
    take(document(embedded(PDF)), dry_run=True)
    assert not KeptFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        (r"C:\fakturaer\juli.PDF", "juli.pdf"),
        ("f\u202efdp.exe", "ffdp.pdf"),
        ('a"b\r\nSet-Cookie: x=1.pdf', "abSet-Cookie x=1.pdf"),
        ("\x00", "fil.pdf"),
        ("...", "fil.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
        ("Årsopgørelse, 3. kvartal.pdf", "Årsopgørelse, 3. kvartal.pdf"),
    ],
)
def test_a_hostile_name_is_made_a_plain_one(name, clean):
    assert clean_name(name, ".pdf") == clean


def test_a_workbook_with_macros_or_a_zip_that_is_none_is_not_kept():
    for names in (["xl/workbook.xml", "[Content_Types].xml", "xl/vbaProject.bin"], ["a.txt"]):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name in names:
                archive.writestr(name, "x")
        with pytest.raises(ValueError, match="hverken"):
            check_file("a.xlsx", stream.getvalue())


def test_a_zip_with_far_more_parts_than_a_workbook_has_is_not_even_opened(monkeypatch):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in ("xl/workbook.xml", "[Content_Types].xml", *map(str, range(MAX_PARTS))):
            archive.writestr(name, "x")
    opened = []
    monkeypatch.setattr(zipfile, "ZipFile", lambda *of: opened.append(of))

    with pytest.raises(ValueError, match="hverken"):
        check_file("a.xlsx", stream.getvalue())
    assert not opened


# --- opened


def test_a_file_is_handed_out_as_a_download_that_can_run_nothing(finance):
    take(document(embedded(PDF, "regning æ.pdf")))
    page = reverse("supplier-invoice-detail", args=[SupplierInvoice.objects.get().pk])
    links = read(finance, page).xpath("//a[contains(@href, '/filer/')]/@href")
    assert len(links) == 2

    response = finance.get(links[1])
    assert response.content == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]


def test_a_file_belongs_to_its_invoice(finance):
    first, second = invoice("4711", ("PF1", "1,00")), invoice("4712", ("PF2", "1,00"))
    file = attach_file(invoice_id=first.pk, name="a.pdf", data=PDF, actor=None, now=timezone.now())
    assert finance.get(reverse("supplier-invoice-file", args=[first.pk, file.pk])).content == PDF
    other = reverse("supplier-invoice-file", args=[second.pk, file.pk])
    assert finance.get(other).status_code == 404


def test_a_file_whose_bytes_have_changed_is_not_handed_out(finance):
    first = invoice("4711", ("PF1", "1,00"))
    file = attach_file(invoice_id=first.pk, name="a.pdf", data=PDF, actor=None, now=timezone.now())
    KeptFile.objects.update(data=b"%PDF-other")
    response = finance.get(reverse("supplier-invoice-file", args=[first.pk, file.pk]), follow=True)
    assert "kontrolsummen passer ikke" in response.content.decode()


def test_the_trail_opens_the_files(finance, cast):
    make.cost_holder()
    make.lease("PF000001", unit=cast.unit)
    take(document(embedded(PDF)))
    close()
    url = f"/leverandoerfakturaer/{SupplierInvoice.objects.get().pk}/filer/"

    assert read(finance, "/bilagsspor/?q=4711").xpath(f"//a[starts-with(@href, '{url}')]")
    assert read(finance, "/bilagsspor/2026Q1-01/").xpath(f"//a[starts-with(@href, '{url}')]")
    few = queries_of(finance, "/bilagsspor/2026Q1-01/")
    one = SupplierInvoice.objects.get()
    for n in range(5):
        attach_file(
            invoice_id=one.pk, name="x.pdf", data=PDF + b"%d" % n, actor=None, now=timezone.now()
        )
    assert queries_of(finance, "/bilagsspor/2026Q1-01/") == few


# --- attached by hand


def attach(client, pk, name="scan.pdf", data=PDF):
    upload = SimpleUploadedFile(name, data)
    url = reverse("supplier-invoice-attach", args=[pk])
    return text_of(read_of(client.post(url, {"file": upload}, follow=True)))


def read_of(response):
    return html.fromstring(response.content.decode())


def test_a_pdf_is_attached_and_removed_by_hand_with_history(finance, cast):
    one = invoice("4711", ("PF1", "1,00"))
    text = attach(finance, one.pk)
    assert "»scan.pdf« er lagt ved" in text
    assert re.search(r"Lagt ved 08-04-2026 af Oda", text)
    [file] = SupplierInvoiceFile.objects.all()

    finance.post(reverse("supplier-invoice-remove-file", args=[one.pk, file.pk]))
    assert not KeptFile.objects.exists()
    entries = LogEntry.objects.filter(content_type__model="supplierinvoicefile").order_by("id")
    assert [(e.action, e.object_repr, e.actor) for e in entries] == [
        (LogEntry.Action.CREATE, "scan.pdf", cast.finance),
        (LogEntry.Action.DELETE, "scan.pdf", cast.finance),
    ]
    assert not any("data" in (e.changes or {}) for e in entries)


def test_what_is_no_file_to_keep_is_refused_and_the_same_twice_too(finance, settings):
    one = invoice("4711", ("PF1", "1,00"))
    assert "er hverken PDF" in attach(finance, one.pk, "x.pdf", b"MZ")
    assert "Vælg den fil" in text_of(
        read_of(finance.post(reverse("supplier-invoice-attach", args=[one.pk]), follow=True))
    )
    attach(finance, one.pk)
    assert "ligger her allerede som »scan.pdf«" in attach(finance, one.pk, "igen.pdf")
    settings.IMPORT_MAX_BYTES = 10
    assert "for stor" in attach(finance, one.pk, "stor.pdf", PDF + b"x" * 100)
    assert SupplierInvoiceFile.objects.count() == 1


def test_what_came_with_the_invoice_stays():
    take(document())
    [file] = SupplierInvoiceFile.objects.all()
    with pytest.raises(Refused, match="kom med fakturaen"):
        remove_file(invoice_id=file.invoice_id, file_id=file.pk)


def test_who_may_only_read_gets_no_buttons(cast, client_of):
    one = invoice("4711", ("PF1", "1,00"))
    client = client_of(cast.auditor)
    tree = read(client, reverse("supplier-invoice-detail", args=[one.pk]))
    assert not tree.xpath("//form[contains(@action, '/filer/')]")
    assert client.post(reverse("supplier-invoice-attach", args=[one.pk])).status_code == 403
