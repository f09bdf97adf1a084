"""Every fault of a file at once."""

import pytest

from albertslund_it.common.files.row_errors import FileRefused, RowErrors


def test_faults_come_in_the_order_of_the_rows():
    errors = RowErrors()
    errors.add(17, "Serienummer mangler.")
    errors.add(3, "Model mangler")
    errors.add_whole("Ingen enhed er omkostningsbærer")

    with pytest.raises(FileRefused) as refused:
        errors.refuse()

    assert refused.value.reasons == ["række 3: Model mangler", "række 17: Serienummer mangler"]
    assert [fault.row for fault in refused.value.errors] == [3, 17]


def test_a_fault_of_the_whole_is_told_when_no_row_has_one():
    errors = RowErrors()
    errors.refuse()
    errors.add_whole("Ingen enhed er omkostningsbærer")

    with pytest.raises(FileRefused, match=r"^Ingen enhed er omkostningsbærer$"):
        errors.refuse()


def test_a_key_that_stands_twice_names_both_rows():
    errors = RowErrors()

    assert errors.is_first(2, "PF01", "Serienummer PF01")
    assert errors.is_first(3, "PF02", "Serienummer PF02")
    assert not errors.is_first(9, "PF01", "Serienummer PF01")
    with pytest.raises(FileRefused, match="række 9: Serienummer PF01 står også i række 2"):
        errors.refuse()
