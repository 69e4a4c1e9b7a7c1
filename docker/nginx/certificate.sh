#!/bin/sh
# Makes a certificate for localhost where none was given, so that the first start needs nothing.
set -eu
certs=/etc/nginx/certs
[ -s "$certs/tls.crt" ] && exit 0
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$certs/tls.key" -out "$certs/tls.crt"
