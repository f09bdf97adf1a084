"""Device models and their categories, by the names in a file."""

from albertslund_it.common.files.cells import KEEP, Keep
from albertslund_it.common.files.row_errors import RowErrors
from albertslund_it.common.names import match_key, model_key
from albertslund_it.web.database.bulk import Changes, ValueChange
from inventory.imports.selectors import categories_by_key, models_by_key, unknown_model
from inventory.models import Category, DeviceModel


class ModelBook:
    """Every model and category, for the rows of one file; new ones go into its changes."""

    def __init__(self, changes: Changes, errors: RowErrors):
        self._changes = changes
        self._faults = errors
        self._models = models_by_key()
        self._categories = categories_by_key()
        self._stated: dict[str, tuple[int | None, str]] = {}

    def find(self, row: int | None, name: str) -> DeviceModel | None:
        """Return a model that is there; an unknown one is a fault."""
        model = self.known(name)
        if model is None:
            self._faults.add(row, unknown_model(name))
        return model

    def state(self, row: int | None, name: str, category: str | Keep) -> DeviceModel | None:
        """Return a model with this category (KEEP: the one it has); create what is not there."""
        if category is KEEP:
            return self.find(row, name)
        first_row, first = self._stated.setdefault(model_key(name), (row, category))
        if match_key(first) != match_key(category):
            self._faults.add(
                row,
                f"Model {name} har kategori »{category}«, men »{first}« i række {first_row}. "
                "Skriv det samme begge steder",
            )
        kind = self._category(category)
        if model := self.known(name):
            self._change(model, kind)
        else:
            told = ValueChange(name, f"ny model ({kind.name})")
            model = self._changes.create(DeviceModel(name=name, category=kind), told)
            self._models[model_key(name)] = model
        return model

    def known(self, name: str) -> DeviceModel | None:
        """Return a model that is there, or None."""
        return self._models.get(name) or self._models.get(model_key(name))

    def _change(self, model: DeviceModel, category: Category) -> None:
        if model.category.is_pc != category.is_pc:
            how = "nu" if category.is_pc else "ikke længere"
            self._changes.warnings.append(f"Model {model.name} tæller {how} med som pc.")
        self._changes.update(model, model.name, category=category)

    def _category(self, name: str) -> Category:
        key = match_key(name)
        if key not in self._categories:
            is_pc = "pc" in key.split()
            told = ValueChange(name, "ny kategori" + (" (tæller som pc)" if is_pc else ""))
            self._categories[key] = self._changes.create(Category(name=name, is_pc=is_pc), told)
        return self._categories[key]
