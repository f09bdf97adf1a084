"""The names of models and units in a file: those that nobody knows, and how they are learnt."""

from collections.abc import Sequence

from albertslund_it.common.errors import Refused
from albertslund_it.common.files.headings import ColumnChoice
from albertslund_it.common.files.spreadsheets import FileTable
from albertslund_it.common.names import match_key, model_key
from inventory.imports.importers.reading import Importer
from inventory.imports.selectors import models_by_key, unit_numbers_by_name, units_by_number
from inventory.imports.services import learn_names
from inventory.models import DeviceModel, Unit
from leasing.imports.importers.files import reading_of
from leasing.imports.importers.learnt import names_in
from leasing.imports.selectors import (
    LONGEST_MODEL,
    LONGEST_UNIT,
    MODEL_NAME,
    UNIT_NAME,
    UnknownName,
    unknown_names,
)


def unknown_in(
    importer: Importer, table: FileTable, choice: ColumnChoice | None = None
) -> list[UnknownName]:
    """Return each name of a file that nobody knows."""
    return unknown_names(names_in(importer, table, reading_of(importer, table, choice).choice))


def learn_names_said(importer: Importer, said: Sequence[str]) -> None:
    """Learn names as 'NAVN=MODEL' or 'NAVN=ENHEDSNR' say them at the terminal.

    Raises:
        Refused: with every one that is no name, or stands for nothing that is there.
    """
    if not said:
        return
    kinds = {column.names for column in importer.columns} - {""}
    found: list[tuple[str, DeviceModel | Unit]] = []
    reasons = []
    for one in said:
        try:
            found.append(_name_said(one, kinds))
        except ValueError as error:
            reasons.append(f'--name "{one}": {error}.')
    if reasons:
        raise Refused(*reasons)
    learn_names(
        models={name: thing for name, thing in found if isinstance(thing, DeviceModel)},
        units={name: thing for name, thing in found if isinstance(thing, Unit)},
        actor=None,
    )


def _name_said(said: str, kinds: set[str]) -> tuple[str, DeviceModel | Unit]:
    name, sign, target = (part.strip() for part in said.rpartition("="))
    if not (sign and name and target):
        raise ValueError('skriv "NAVN=MODEL" eller "NAVN=ENHEDSNR"')
    models = models_by_key() if MODEL_NAME in kinds else {}
    units = units_by_number() if UNIT_NAME in kinds else {}
    number = unit_numbers_by_name().get(match_key(target), target)
    model = models.get(target) or models.get(model_key(target))
    unit = units.get(number)
    if model and unit:
        raise ValueError(f"»{target}« er både en model og en enhed. Lær navnet på siden Indlæs")
    if not model and not unit:
        what = " eller ".join(
            word for kind, word in ((MODEL_NAME, "model"), (UNIT_NAME, "enhed")) if kind in kinds
        )
        raise ValueError(f"der er ingen {what or 'model eller enhed her'} »{target}«")
    if len(name) > (LONGEST_MODEL if model else LONGEST_UNIT):
        raise ValueError("navnet er for langt")
    return name, model or units[number]
