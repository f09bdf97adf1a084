#!/bin/sh
# Once, in an empty database: the role that the application runs as. It owns nothing.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$APP_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
CREATE ROLE leasing LOGIN PASSWORD :'password';
SQL
