# make demo · make test: all a new person needs. Only python3 (3.11+, with venv) and make must be there.
PYTHON ?= python3
BIN := .venv/bin
# The tests decide on their own settings, whatever stands in the environment.
CLEAN := env -u ALLOWED_HOSTS -u DEBUG -u EMAIL_URL -u SECRET_KEY -u TODAY
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

.PHONY: setup demo test check
setup: .venv/ready

.venv/ready: requirements.txt requirements-dev.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 eller nyere mangler')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --no-input --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt -r requirements-dev.txt
	@touch $@

demo: setup
	$(BIN)/python manage.py demo

# The suite on SQLite, and again on PostgreSQL where TEST_DATABASE_URL names one; what asks no
# database, and what only looks at pages that other tests open there too, is marked `once`.
test: setup
	$(CLEAN) DATABASE_URL= $(PYTEST)
	@if [ -n "$$TEST_DATABASE_URL" ]; then echo "Samme tests på PostgreSQL:"; \
		$(CLEAN) DATABASE_URL="$$TEST_DATABASE_URL" $(PYTEST) -m "not once"; fi

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(CLEAN) DATABASE_URL= $(BIN)/python manage.py makemigrations --check --dry-run
	$(CLEAN) DATABASE_URL= DEBUG=0 SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))") ALLOWED_HOSTS=localhost \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
