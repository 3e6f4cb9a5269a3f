#!/bin/sh
set -e
exec rsync -a "releases/$1/" /srv/simulator/
