"""Saving as a person does: look at what it does, agree to that, and save."""

from lxml import html

AGREED = "agreed"


def agreed_in(response) -> str:
    """Return what a page asks the person to agree to; '' when it asks for nothing."""
    if not response.content:  # a redirect: it is done
        return ""
    fields = html.fromstring(response.content.decode()).xpath(f"//input[@name='{AGREED}']/@value")
    return fields[0] if fields else ""


def look(client, url, typed=None, **options):
    """Post without having seen anything: the page shows what it would do."""
    return client.post(url, typed or {}, **options)


def save(client, url, typed=None, **options):
    """Look at what a form would do, and save it as it was shown."""
    typed = {name: value for name, value in (typed or {}).items() if name != AGREED}
    return client.post(url, {**typed, AGREED: agreed_in(look(client, url, typed))}, **options)
