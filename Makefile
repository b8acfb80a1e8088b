# The commands of this project; `make` alone lists them. No variable has to be set.
#   PORT=8001 make run                another port
#   PYTHON=python3.12 make setup      another Python (3.11 or newer)
#   PIP_EXTRA_INDEX_URL=…             an index with the CPU build of torch, see README

PYTHON ?= python3
BIN := .venv/bin
# What .venv was made from. When the requirements or the Python change, so does the name of the stamp.
KEY := $(shell { cat requirements.txt tests/requirements.txt; $(PYTHON) -V; } 2>&1 | sha256sum | cut -c 1-16)
STAMP := .venv/made-from-$(KEY)
# Two processes, each with a database of its own; a file stays in one of them. The long ones go to whoever is free.
# Each counts with one thread: with one a core they wait for one another.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest
TWO := -n 2 --dist loadfile
ONE_BY_ONE := -n 2 --dist load --maxschedchunk 1
# Settings as in production, for checks that never connect anywhere.
PRODUCTION := SECRET_KEY=$(KEY)$(KEY)-a-key-of-more-than-fifty-characters SITE_URL=https://site.example \
	ALLOWED_HOSTS=site.example DATABASE_URL=postgres://site@database.example/site \
	REDIS_URL=redis://redis.example/0 EMAIL_URL=smtp://mail.example DEBUG=false

.PHONY: help setup run test test-long bench lint check browser screenshots messages

help:
	@echo 'make run        the whole site on this machine, with demo data; Ctrl-C stops it'
	@echo 'make test       everything that checks the project, in six to ten minutes'
	@echo 'make test-long  fault trials and other tests at full size'
	@echo 'make bench      how fast it is, beside what else could do the work; writes docs/benchmarks/'
	@echo 'make screenshots  every page of the running site as a picture'
	@echo 'make messages   new and changed texts of the interface into the catalogues of the translators'
	@echo 'make setup      what both need: .venv and the embedding model'

setup: $(STAMP)
	@$(BIN)/python manage.py prepare_model

$(STAMP): requirements.txt tests/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Python 3.11 or newer is needed: PYTHON=python3.11 make setup'; exit 1; }
	@[ "$$($(BIN)/python -V 2>&1)" = "$$($(PYTHON) -V)" ] || $(PYTHON) -m venv --clear .venv \
		|| { echo 'The module venv is missing: apt-get install python3-venv'; exit 1; }
	@echo 'Installing Python packages into .venv; the first time this takes some minutes.'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@rm -f .venv/made-from-*
	@touch $@

# The command prepares the model too. The site ends with make, even when make is killed.
run: $(STAMP)
	@exec setpriv --pdeathsig TERM $(BIN)/python manage.py run

test: setup browser lint check
	$(PYTEST) $(TWO) -m 'not long'

test-long: setup browser
	$(PYTEST) $(ONE_BY_ONE) -m long

# Takes half an hour on a quiet machine of two cores, and 8 GB under var/ meanwhile. SUITES="matching" runs some.
bench: setup
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	$(BIN)/python -m benchmarks $(SUITES) --write

lint: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

check: $(STAMP)
	@echo 'manage.py check --deploy, with settings as in production'
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check

# Every page of the running site (`make run` in another window) and every mail, under var/screenshots/.
screenshots: setup browser
	$(BIN)/python tests/screenshots.py
	$(BIN)/python tests/mail_pictures.py

# Texts of the interface into the catalogues; the site compiles them by itself.
messages: $(STAMP)
	@$(BIN)/python manage.py update_messages

# The tests of pages drive a real browser.
browser:
	@command -v chromium >/dev/null || { \
		[ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
		&& apt-get update -qq && apt-get install -qq --yes --no-install-recommends chromium >/dev/null; } \
		|| { echo 'The tests need Chromium: apt-get install chromium'; exit 1; }
