"""Mails as mail programs write them, byte by byte."""

from email.message import EmailMessage

ORDER = "Hej\n\nMette Dam (meda) starter og skal have en T14.\n\nVenlig hilsen\nLone Holm\n"
COUNT = iter(range(1, 10_000))


def letter(
    text=ORDER,
    *,
    sender="Lone Holm <lone@example.dk>",
    subject="Ny pc",
    message_id=None,
    html=None,
    files=(),
    **headers,
):
    """Return a mail as bytes; `files` are (name, type, data), headers have _ for -."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "helpdesk@example.dk", subject
    mail["Date"] = "Mon, 04 May 2026 09:12:00 +0200"
    mail["Message-ID"] = message_id or f"<{next(COUNT)}@example.dk>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    if text is not None:
        mail.set_content(text)
    if html is not None:
        (mail.add_alternative if text is not None else mail.set_content)(html, subtype="html")
    for name, kind, data in files:
        main, sub = kind.split("/")
        mail.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()
