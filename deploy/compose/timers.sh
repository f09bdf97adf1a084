#!/bin/sh
# What systemd's timers do elsewhere: the mailbox and webhooks every five minutes, and once a day what is daily.
# The first round runs all of it, so that the page of operation is right from the first day.
set -u
folder=/var/backups/pc-leasing
done_on=""
run() { .venv/bin/python manage.py "$@" || echo "manage.py $1 ended with $?" >&2; }
trap 'exit 0' TERM INT
while true; do
    [ -z "${IMAP_URL:-}" ] || run fetch_mail
    run send_webhooks
    today=$(date +%F)
    if [ "$done_on" != "$today" ] && { [ -z "$done_on" ] || [ "$(date +%H)" -ge 2 ]; }; then
        run backup "$folder/$(date +%F-%H%M).dump" &&
            find "$folder" -name '*.dump' -mtime +31 -delete
        run anonymise
        run verify
        run notify
        done_on=$today
    fi
    sleep 300 &
    wait $!
done
