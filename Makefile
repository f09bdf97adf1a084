# make demo · make test: all a new person needs. Only python3 (3.11+, with venv) and make must be there.
PYTHON ?= python3
BIN := .venv/bin
# The tests decide on their own settings, whatever stands in the environment; and Python keeps what it
# has compiled, or each worker, and each process that a test starts, would compile all of Django anew.
CLEAN := env -u ALLOWED_HOSTS -u DEBUG -u EMAIL_URL -u SECRET_KEY -u TODAY -u PYTHONDONTWRITEBYTECODE
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

# The files pin all that is needed, so nothing is looked up; Python compiles what it imports.
INSTALL := $(BIN)/python -m pip install -q --no-input --disable-pip-version-check \
	--require-hashes --only-binary :all: --no-deps --no-compile

# Python's own pip, unpacked as it is: to install it, with setuptools and all it might import compiled,
# takes ensurepip longer than all the rest of .venv.
UNPACK_PIP := import ensurepip, glob, importlib.util, sys, sysconfig, zipfile; \
	importlib.util.find_spec("pip") and sys.exit(); \
	folders = [sysconfig.get_config_var("WHEEL_PKG_DIR"), ensurepip.__path__[0] + "/_bundled"]; \
	wheels = [one for folder in folders if folder for one in glob.glob(folder + "/pip-*.whl")]; \
	wheels or sys.exit(1); \
	zipfile.ZipFile(wheels[0]).extractall(sysconfig.get_path("purelib"))

.PHONY: setup demo test check check-types check-rest looks
setup: .venv/ready

.venv/runs: requirements-pip.txt requirements.txt
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 eller nyere mangler')"
	$(PYTHON) -m venv --without-pip .venv
	@$(BIN)/python -c '$(UNPACK_PIP)' 2>/dev/null || $(PYTHON) -m venv .venv
	$(INSTALL) -r requirements-pip.txt
	$(INSTALL) -r requirements.txt
	@touch $@

.venv/ready: .venv/runs requirements-dev.txt
	$(INSTALL) -r requirements-dev.txt
	@touch $@

# What runs is enough for the demo; the developers' tools come with the tests and the checks.
demo: .venv/runs
	$(BIN)/python manage.py demo

# The suite on SQLite, and again on PostgreSQL where TEST_DATABASE_URL names one; what asks no
# database, what is done in a browser and what LibreOffice reads runs once only (marker `once`).
test: setup
	$(CLEAN) DATABASE_URL= $(PYTEST)
	@if [ -n "$$TEST_DATABASE_URL" ]; then echo "Samme tests på PostgreSQL:"; \
		$(CLEAN) DATABASE_URL="$$TEST_DATABASE_URL" $(PYTEST) -m "not once"; fi

# The types take as long as all the rest, on a core of their own.
check: setup
	@$(MAKE) --no-print-directory -j 2 -O check-types check-rest

check-types:
	$(CLEAN) DATABASE_URL= $(BIN)/mypy

check-rest:
	$(BIN)/python -m pip check --disable-pip-version-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	$(CLEAN) DATABASE_URL= $(BIN)/python manage.py makemigrations --check --dry-run
	$(CLEAN) DATABASE_URL= DEBUG=0 SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(50))") ALLOWED_HOSTS=localhost \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

# Pictures of the main pages beside those that were accepted (ACCEPT=1 accepts them): looks/index.html.
looks: setup
	$(CLEAN) $(BIN)/python -m tests.looks
