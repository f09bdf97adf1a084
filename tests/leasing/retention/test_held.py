"""The page of what is held says everything that is held, and what is said to go does go."""

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import models

from inventory.models import Employee
from leasing.models import Settings
from leasing.retention.presenters.held import MATTERS
from tests.leasing.pages import queries_of, read, text_of
from tests.leasing.retention.impersonal import IMPERSONAL

TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.FileField,
    models.GenericIPAddressField,
)


def may_tell_of_people(field):
    """Return whether a field could: text without choices, whoever did it, when one was seen."""
    if isinstance(field, TEXTS) and not field.choices:
        return True
    if field.many_to_many:  # the table that joins the two has fields of its own
        return False
    return field.related_model in (User, Employee) or "seen" in field.name


def fields():
    for model in apps.get_models(include_auto_created=True):
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
            yield f"{model._meta.label}.{field.name}", field


def test_every_field_that_may_tell_of_people_is_on_the_page_or_said_not_to():
    """Write a new field into MATTERS, with how long and who, or into IMPERSONAL."""
    listed = [label for matter in MATTERS for label in matter.labels]
    impersonal = [
        f"{model}.{name}" for model, names in IMPERSONAL.items() for name in names.split()
    ]
    decided = {*listed, *impersonal}
    there = dict(fields())
    assert [label for label in decided if label not in there] == []
    assert [
        label
        for label, field in there.items()
        if may_tell_of_people(field) and label not in decided
    ] == []
    assert len(listed) + len(impersonal) == len(decided), "said twice"


@pytest.mark.django_db
class TestPage:
    def test_whoever_logs_in_reads_what_is_held_how_long_and_by_whom(
        self, cast, client_of, settings
    ):
        settings.SESSION_COOKIE_AGE = 4 * 60 * 60
        Settings.objects.update(retention_years=7, undo_days=12)
        text = text_of(read(client_of(cast.nobody), "/persondata/"))
        for said in (
            "Til 7 år efter, at medarbejderen er fratrådt",
            "i 12 dage",
            "30 dage.",
            "Et login varer 4 timer.",
            "Medarbejdere: initialer, navn, mail, enhed, også ansat i, første dag, fratrådt.",
            "Tildelinger: medarbejder, bruges til. Forventede afleveringer: medarbejder.",
        ):
            assert said in text, said

    @pytest.mark.parametrize(
        ("title", "left_out"), [("Noter og filer", "Økonomi"), ("Noter på lever", "It-helpdesk")]
    )
    def test_notes_have_their_own_readers(self, cast, client_of, title, left_out):
        tree = read(client_of(cast.nobody), "/persondata/")
        [section] = tree.xpath(f"//section[h2[contains(., '{title}')]]")
        [who] = section.xpath(".//dt[. = 'Hvem ser det']/following-sibling::dd[1]")
        assert left_out not in text_of(who)

    def test_when_a_device_was_last_seen_is_the_helpdesks_alone(self, cast, client_of):
        tree = read(client_of(cast.head), "/persondata/")
        [section] = tree.xpath("//section[h2[contains(., 'sidst er set')]]")
        assert (
            section.xpath(".//dt[. = 'Hvem ser det']/following-sibling::dd[1]")[0]
            .text_content()
            .strip()
            == "It-helpdesk."
        )

    def test_it_is_linked_from_every_page_and_asks_little(self, cast, client_of):
        client = client_of(cast.head)
        assert read(client, "/").xpath("//footer//a[@href='/persondata/']")
        assert queries_of(client, "/persondata/") < 14
