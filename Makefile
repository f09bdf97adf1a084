# make demo · make test: all a new person needs. Only python3 (3.11+, with venv) and make must be there.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n 2

.PHONY: setup demo test check
setup: .venv/ready

.venv/ready: requirements.txt requirements-dev.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --no-input --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt -r requirements-dev.txt
	@touch $@

demo: setup
	$(BIN)/python manage.py demo

# The suite on SQLite, and again on PostgreSQL where one answers at TEST_DATABASE_URL.
test: setup
	DATABASE_URL= $(PYTEST)
	@if [ -n "$$TEST_DATABASE_URL" ]; then echo "Samme tests på PostgreSQL"; \
		DATABASE_URL="$$TEST_DATABASE_URL" $(PYTEST); fi

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python manage.py makemigrations --check --dry-run
	DEBUG=0 SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))") ALLOWED_HOSTS=localhost \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
