#!/bin/sh
set -eu
git checkout "$1"
docker compose up -d --build links
