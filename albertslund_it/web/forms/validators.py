"""Field validators for models and forms: the checks of `common`, as Django wants them."""

from django.core.exceptions import ValidationError

from albertslund_it.common import account_codes, notice_days
from albertslund_it.common.files import cells
from albertslund_it.common.sentences import full_stop


def _check(check, value):
    try:
        check(value)
    except ValueError as error:
        raise ValidationError(full_stop(str(error))) from error


def validate_year(value):
    _check(cells.check_year, value)


def validate_days(value):
    _check(notice_days.days_in, value)


def validate_ean(value):
    _check(account_codes.check_ean, value)


def validate_cvr(value):
    _check(account_codes.check_cvr, value)


def validate_account(value):
    _check(account_codes.check_account, value)


def validate_cost_centre(value):
    _check(account_codes.check_cost_centre, value)


def validate_psp_element(value):
    _check(account_codes.check_psp_element, value)


def validate_voucher_number(value):
    _check(account_codes.check_voucher_number, value)
