"""A mail's bytes read: HTML, forwards, files in files, and what no mail program would write."""

import random

import pytest

from leasing.mail_in.importers.html import text_of
from leasing.mail_in.importers.message import read_message
from leasing.orders.services.from_mail import draft_from_mail
from tests import builders as make
from tests.leasing.mail_in.letters import letter


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hej</p><p>En <b>T14</b> til&nbsp;Mette</p>", "Hej\n\nEn T14 til Mette"),
        ("<style>p{}</style><script>alert(1)</script><p>Hej<br>du", "Hej\ndu"),
        ("<div style='display:none'>Skjult <p>mere</p></div>Synligt", "Synligt"),
        ("<table><tr><td>T14</td><td>2</td></tr><tr><td>T16</td></tr></table>", "T14 2\nT16"),
        ("<img src='https://spion.example/1.gif' alt='x'>Tekst", "Tekst"),
        ("<ul><li>T14</li><li>T16</li></ul>", "- T14\n- T16"),
        ("Ja<blockquote>Skal vi?<br>Nu?</blockquote>Hilsen", "Ja\n> Skal vi?\n> Nu?\n\nHilsen"),
        ("Ja<hr>Fra: Bo", f"Ja\n{'_' * 20}\nFra: Bo"),
        ("<a href='https://ond.example'>banken</a> æøå", "banken æøå"),
        ("", ""),
        ("<", "<"),
        ("\x00<p>&#7;&lt;b&gt;", "\x07<b>"),
    ],
)
def test_html_is_read_as_it_is_seen(html, text):
    assert "\n".join(line.strip() for line in text_of(html).split("\n")) == text


@pytest.mark.once
def test_deep_and_long_html_is_read_in_a_bounded_time():
    assert text_of("<div>" * 100_000 + "x") is not None
    assert text_of("<!--" * 200_000) is not None
    assert len(text_of("<p>a</p>" * 100_000)) < 1_000_000


def raw(head: bytes, body=b"Hej") -> bytes:
    return b"From: a@example.dk\r\n" + head + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    ("mail", "subject", "body"),
    [
        (letter(subject="Ærø – ny pc"), "Ærø – ny pc", "Hej"),
        (raw("Subject: Åse æder".encode("latin-1")), "Åse æder", "Hej"),
        (raw("Subject: Åse æder".encode()), "Åse æder", "Hej"),
        (raw(b"Subject: =?utf-8?B?////?= x"), "ÿÿÿ x", "Hej"),
        (raw(b"Subject: =?klingon?Q?=E6?="), "æ", "Hej"),
        (raw(b"Subject: =?utf-8?B?w6Z"), "=?utf-8?B?w6Z", "Hej"),
        (raw(b"Subject: a\x00b\x1b[31m\xe2\x80\xaegnp.exe"), "ab[31mgnp.exe", "Hej"),
        (raw(b"Content-Type: text/plain; charset=punycode"), "", "Hej"),
        (raw(b"Content-Type: text/plain; charset=utf-8", b"\xe6\xf8\xe5"), "", "æøå"),
        (raw(b"Content-Type: text/plain; charset=x\x00y", b"\xc3\xa6"), "", "æ"),
        (
            raw(b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64", b"SGVqIQ=%%"),
            "",
            "Hej!",
        ),
        (raw(b"Content-Type: multipart/mixed; boundary=x", b"--x\r\n\r\nInde\r\n"), "", "Inde"),
        (raw(b"Content-Type: multipart/mixed"), "", ""),
        (raw(b"Content-Type: application/pkcs7-mime", b"0\x80\x06"), "", "(Mailen er krypteret"),
        (raw(b"Content-Type: application/x-pkcs7-mime; name=smime.p7m"), "", "(Mailen er krypt"),
        (
            raw(b"Content-Type: multipart/encrypted; boundary=x", b"--x\r\n\r\nVersion: 1\r\n"),
            "",
            "(Mailen er krypteret",
        ),
        (b"", "", ""),
        (b"\xff\xfe\x00" * 50, "", None),
    ],
)
def test_broken_letters_are_read_as_far_as_they_go(mail, subject, body):
    read = read_message(mail)
    assert read.subject == subject
    assert body is None or (read.body.startswith(body) and bool(read.body) == bool(body))
    assert "\x00" not in read.text


def test_text_is_preferred_to_html_and_html_to_nothing():
    assert read_message(letter("Tekst", html="<p>Html</p>")).body == "Tekst"
    assert read_message(letter(" ", html="<p>Html</p>")).body == "Html"
    assert read_message(letter(None, html="<p>Html</p>")).body == "Html"


def test_a_mail_without_an_id_is_known_by_what_it_is():
    one, other = raw(b"Subject: x"), raw(b"Subject: y")
    assert read_message(one).key == read_message(one).key != read_message(other).key


def test_a_long_mail_is_cut_and_says_so():
    text = read_message(letter("En T14 til anbe\n" + "x " * 30_000)).text
    assert len(text) <= 20_000
    assert text.endswith("Læs resten i postkassen.)")


@pytest.mark.once
def test_mails_broken_anywhere_are_read_or_refused():
    chance = random.Random(15)
    whole = letter(
        "Hej æ", html="<p>Hej <b>T14</b></p>", files=[("a.pdf", "application/pdf", b"%PDF")]
    )
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 40)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        start = chance.randrange(len(data))
        data[start : start + chance.choice([0, 0, 5, 200])] = b""
        try:
            read = read_message(bytes(data))
        except ValueError:
            continue
        assert len(read.text) <= 20_000
        assert "\x00" not in read.text + read.subject + read.sender
    head = "Content-Type: multipart/mixed; boundary=b{0}\r\n\r\n--b{0}\r\n"
    deep = "".join(head.format(n) for n in range(2_000)).encode()
    with pytest.raises(ValueError, match="i stykker"):
        read_message(deep)


# --- forwards

INNER = "Hej helpdesk\n\nJeg skal bruge en ny T14.\n\nMvh Mette"
FORWARDS = {
    "outlook": (
        "VS: Ny pc",
        "\n________________________________\nFra: Mette Dam <mette@example.dk>\nSendt: 4. maj 2026 "
        f"09:00\nTil: Lone Holm\nEmne: Ny pc\n\n{INNER}",
    ),
    "outlook without addresses": (
        "VS: Ny pc",
        f"\nFra: Mette Dam\nSendt: 4. maj 2026 09:00\nTil: Lone Holm\nEmne: Ny pc\n\n{INNER}",
    ),
    "signed": (
        "FW: Ny pc",
        "FYI\n\nVenlig hilsen\nLone Holm\n\nFrom: Mette Dam <mette@example.dk>\n"
        f"Sent: Monday\nTo: Lone\nSubject: Ny pc\n\n{INNER}",
    ),
    "apple": (
        "Fwd: Ny pc",
        "\n\nStart på videresendt besked:\n\n> Fra: Mette Dam <mette@example.dk>\n> Emne: Ny pc\n"
        "> Dato: 4. maj 2026\n> \n> " + INNER.replace("\n", "\n> "),
    ),
    "gmail": (
        "Fwd: Ny pc",
        "---------- Forwarded message ---------\nFra: Mette Dam <mette@example.dk>\n"
        f"Date: man. 4. maj 2026\nSubject: Ny pc\nTo: <lone@example.dk>\n\n{INNER}",
    ),
}


@pytest.fixture
def mette(db):
    make.cost_holder()
    make.model("T14")
    make.employee("loho", "Lone Holm", unit=make.unit("1002", "Bøgen"), mail="lone@example.dk")
    unit = make.unit("1001", "Birkelunden")
    return make.employee("meda", "Mette Dam", unit=unit, mail="mette@example.dk")


def drafted(read):
    from datetime import UTC, date, datetime

    return draft_from_mail(
        text=read.text,
        name=read.name,
        address=read.address,
        subject=read.subject,
        follows=None,
        today=date(2026, 5, 4),
        now=datetime(2026, 5, 4, 8, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", FORWARDS)
def test_who_wrote_what_is_forwarded_asks_for_it(mette, name):
    subject, body = FORWARDS[name]
    order = drafted(read_message(letter(body, subject=subject)))
    line = order.lines.get()
    assert (line.employee, line.model.name) == (mette, "T14")
    assert (order.requester_name, order.requester_mail) == ("Mette Dam", "mette@example.dk")
    assert order.note == "Videresendt af Lone Holm lone@example.dk."


def test_a_mail_that_lies_in_a_mail_is_read_as_forwarded(mette):
    from email import message_from_bytes, policy
    from email.message import EmailMessage

    outer = EmailMessage()
    outer["From"], outer["Subject"] = "Lone Holm <lone@example.dk>", "VS: Ny pc"
    outer.set_content("\n")
    inner = letter(
        INNER, sender="Mette Dam <mette@example.dk>", files=[("a.pdf", "application/pdf", b"%PDF")]
    )
    outer.add_attachment(message_from_bytes(inner, policy=policy.default))
    read = read_message(outer.as_bytes())
    order = drafted(read)
    assert order.requester_mail == "mette@example.dk"
    assert order.lines.get().employee == mette
    assert [file.name for file in read.files] == ["a.pdf"]


def test_what_is_said_of_a_sealed_mail_orders_nothing(mette):
    head = b"From: Lone Holm <lone@example.dk>\r\nSubject: Ny pc\r\n\r\n"
    sealed = head[:-2] + b"Content-Type: application/pkcs7-mime\r\n\r\nx"

    empty, found = (drafted(read_message(mail)) for mail in (head, sealed))

    assert "kan ikke læses her" in found.mail_text
    said = ("requester_name", "requester_mail", "wanted_on", "reference", "note")
    assert [getattr(found, name) for name in said] == [getattr(empty, name) for name in said]
    lines = [
        list(order.lines.values("employee", "model", "unit", "quantity"))
        for order in (empty, found)
    ]
    assert lines[0] == lines[1]


def test_who_asks_for_more_than_they_forward_asks_themselves(mette):
    body = "Kan I ordne nedenstående til Mette?\n\nMvh Lone\n\n" + FORWARDS["outlook"][1]
    order = drafted(read_message(letter(body, subject="VS: Ny pc")))
    assert order.requester_mail == "lone@example.dk"
