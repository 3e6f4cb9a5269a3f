#!/bin/sh
set -eu
docker compose up -d --build links
