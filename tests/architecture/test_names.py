import ast
from collections import defaultdict

from tests.architecture.imports import our_modules

# What stands apart: pages of the terminal, the demo's people, and a file that runs without us.
APART = ("management", "migrations", "demo", "archive_verify")


def test_a_class_has_a_name_that_no_other_class_has():
    homes = defaultdict(list)
    for module in our_modules():
        if set(APART).isdisjoint(module.name.split(".")):
            for node in ast.parse(module.source).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    homes[node.name].append(module.name)
    assert {name: found for name, found in homes.items() if len(found) > 1} == {}
