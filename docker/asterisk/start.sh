#!/bin/sh
# Writes pjsip.conf from the environment, and starts Asterisk.
set -eu
config=${ASTERISK_CONFIG:-/etc/asterisk}

{
  printf '[transport]\ntype=transport\nprotocol=udp\nbind=0.0.0.0:5060\n'

  # The softphone 101, by which the bot is called at 100. Without a password there is none.
  if [ -n "${SOFTPHONE_PASSWORD:-}" ]; then
    printf '\n[101]\ntype=endpoint\ncontext=voicebot\ndisallow=all\nallow=ulaw,alaw\nauth=101\naors=101\ndirect_media=no\n'
    printf '\n[101]\ntype=auth\nauth_type=userpass\nusername=101\npassword=%s\n' "$SOFTPHONE_PASSWORD"
    printf '\n[101]\ntype=aor\nmax_contacts=1\n'
  fi

  # The trunk of a provider.
  if [ -n "${TRUNK_HOST:-}" ]; then
    printf '\n[trunk]\ntype=registration\noutbound_auth=trunk\nserver_uri=sip:%s\nclient_uri=sip:%s@%s\nretry_interval=30\n' \
      "$TRUNK_HOST" "${TRUNK_USER:?}" "$TRUNK_HOST"
    printf '\n[trunk]\ntype=auth\nauth_type=userpass\nusername=%s\npassword=%s\n' "$TRUNK_USER" "${TRUNK_PASSWORD:?}"
    printf '\n[trunk]\ntype=aor\ncontact=sip:%s\n' "$TRUNK_HOST"
    printf '\n[trunk]\ntype=endpoint\ncontext=voicebot\ndisallow=all\nallow=alaw,ulaw\noutbound_auth=trunk\naors=trunk\ndirect_media=no\n'
    printf '\n[trunk]\ntype=identify\nendpoint=trunk\nmatch=%s\n' "$TRUNK_HOST"
  fi
} > "$config/pjsip.conf"
printf '[globals]\nTRANSFER_EXTENSION=%s\n' "${TRANSFER_EXTENSION:-}" > "$config/globals.conf"
grep -q globals.conf "$config/extensions.conf" || printf '\n#include globals.conf\n' >> "$config/extensions.conf"

exec "${ASTERISK:-asterisk}" -f
