"""What Django finds: the pages of the admin, each in the drawer of its subject."""

from importlib import import_module

for subject in (
    "devices",
    "organisation",
    "people",
    "placements",
):
    import_module(f"inventory.{subject}.admin")
