# Base images by name: pulled, or made of what Debian and npm have. Sourced by run.sh; $work is its folder.

mirror() { # The package source of this machine for Debian.
  sed -n 's/^URIs: *\([^ ]*\/debian\)\/*$/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null | head -1 | grep . || echo http://deb.debian.org/debian
}

base() { # base NAME
  local name=$1 full=docker.io/$1
  case $1 in */*) ;; *) full=docker.io/library/$1 ;; esac
  podman image exists "$full" && return
  podman pull --quiet "$full" >/dev/null 2>&1 && return
  echo "--- $name cannot be pulled: made from packages"
  case $name in
    node:*) make_node "$full" ;;
    nginx:*) make_nginx "$full" ;;
    pgvector/*) make_postgres "$full" ;;
    temporalio/auto-setup:*) make_temporal "$full" ;;
    *) echo "no stand-in for $name" && return 1 ;;
  esac
}

debian() { # debian SUITE PACKAGES: sets $container and $root
  container=$(buildah from scratch)
  root=$(buildah mount "$container")
  debootstrap --variant=minbase --include="ca-certificates${2:+,$2}" "$1" "$root" "$(mirror)" > "$work/debootstrap.log" \
    || { tail -5 "$work/debootstrap.log"; return 1; }
  # Where this machine reaches its sources through a proxy with a certificate of its own.
  if [ -d /usr/local/share/ca-certificates ]; then
    cp -a /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
    chroot "$root" update-ca-certificates >/dev/null 2>&1 || true
  fi
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
}

commit() { # commit NAME
  buildah umount "$container" >/dev/null
  buildah commit --quiet --format docker --rm "$container" "$1" >/dev/null
}

make_node() {
  debian bookworm ''
  npm install --silent --no-save --prefix "$work/node" "node-linux-$(node -p process.arch)@20" npm@10
  install -m 755 "$work"/node/node_modules/node-linux-*/bin/node "$root/usr/local/bin/node"
  mkdir -p "$root/usr/local/lib/node_modules"
  cp -a "$work/node/node_modules/npm" "$root/usr/local/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/local/bin/npx"
  chroot "$root" useradd --create-home --uid 1000 node
  # The certificates of this machine count for Node as well.
  buildah config --cmd node --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
  commit "$1"
}

make_nginx() {
  debian bookworm nginx-light,openssl
  cat > "$root/docker-entrypoint.sh" <<'END'
#!/bin/sh
set -e
for script in /docker-entrypoint.d/*.sh; do [ -e "$script" ] && sh "$script"; done
exec "$@"
END
  chmod 755 "$root/docker-entrypoint.sh"
  mkdir -p "$root/docker-entrypoint.d"
  buildah config --entrypoint '["/docker-entrypoint.sh"]' --cmd 'nginx -g "daemon off;"' "$container"
  commit "$1"
}

make_postgres() {
  debian trixie postgresql-17,postgresql-17-pgvector
  cat > "$root/docker-entrypoint.sh" <<'END'
#!/bin/sh
set -e
data=/var/lib/postgresql/data
bin=$(ls -d /usr/lib/postgresql/*/bin)
mkdir -p "$data" && chown postgres "$data" && chmod 700 "$data"
as() { setpriv --reuid postgres --regid postgres --clear-groups "$@"; }
if [ ! -s "$data/PG_VERSION" ]; then
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password && chown postgres /tmp/password
  as "$bin/initdb" -D "$data" -U "$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256 -E UTF8 >/dev/null
  rm /tmp/password
  echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
  sed -i 's/^local.*/local all all trust/' "$data/pg_hba.conf"
  as "$bin/pg_ctl" -D "$data" -w -o "-c listen_addresses=''" start >/dev/null
  as "$bin/createdb" -U "$POSTGRES_USER" "$POSTGRES_DB"
  as "$bin/pg_ctl" -D "$data" -m fast -w stop >/dev/null
fi
exec setpriv --reuid postgres --regid postgres --clear-groups "$bin/postgres" -D "$data" -c listen_addresses='*' -c max_connections=300
END
  chmod 755 "$root/docker-entrypoint.sh"
  buildah config --entrypoint '["/docker-entrypoint.sh"]' "$container"
  commit "$1"
}

make_temporal() {
  local version=v1.31.0 cache=${XDG_CACHE_HOME:-$HOME/.cache}/voicebot-tests/temporal-server-v1.31.0
  [ -x "$cache/server" ] || GOBIN=$cache go install "go.temporal.io/server/cmd/server@$version"
  [ -x "$cache/sql" ] || GOBIN=$cache go install "go.temporal.io/server/cmd/tools/sql@$version"
  debian bookworm ''
  install -m 755 "$cache/server" "$cache/sql" "$root/usr/local/bin/"
  install -m 755 "$(find "${MODELS:-$HOME/.cache/voicebot}" -name temporal -type f | head -1)" "$root/usr/local/bin/temporal"
  cp -a --no-preserve=mode "$(go env GOMODCACHE)/go.temporal.io/server@$version/schema/postgresql/v12" "$root/schema"
  cp tests/containers/temporal-entrypoint.sh "$root/entrypoint.sh"
  chmod 755 "$root/entrypoint.sh"
  buildah config --entrypoint '["/entrypoint.sh"]' "$container"
  commit "$1"
}
