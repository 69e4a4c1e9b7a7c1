#!/usr/bin/env bash
# Builds the images, runs docker/compose.yaml by podman-compose, and holds calls through its NGINX; `npm run test:containers`.
# Base images that cannot be pulled are made from Debian's and npm's packages (bases.sh), which needs root and debootstrap.
# MODELS: a folder of models that are there already; BUILD=0 takes the image that is there; KEEP=1 leaves
# the containers running.
set -euo pipefail
cd "$(dirname "$0")/../.."
for program in podman buildah python3 curl; do
  command -v "$program" >/dev/null || { echo "SKIPPED: $program is missing (Debian: apt-get install podman buildah runc debootstrap)"; exit 0; }
done

work=${WORK:-$(mktemp -d)}
models=${MODELS:-$HOME/.cache/voicebot}
secret() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }
failures=0
check() { # check NAME COMMAND...
  local name=$1
  shift
  if "$@"; then echo "ok   $name"; else echo "FAIL $name"; failures=$((failures + 1)); fi
}

# Names without a registry are Docker's, as in the files.
printf 'unqualified-search-registries = ["docker.io"]\nshort-name-mode = "permissive"\n' > "$work/registries.conf"
export CONTAINERS_REGISTRIES_CONF="$work/registries.conf"
# Where control groups are of both versions, or limits may not be raised.
run_args="--runtime runc --ulimit nofile=1024:1024 --ulimit nproc=4096:4096"

. tests/containers/bases.sh
base node:20-bookworm-slim
base nginx:1.28-bookworm
base pgvector/pgvector:pg16
base temporalio/auto-setup:1.28.1

echo "--- Building the image"
# The package sources and certificates of this machine, where it has some of its own.
mounts=()
for file in /etc/npmrc "$HOME/.npmrc" /etc/pip.conf /usr/local/share/ca-certificates /etc/apt/sources.list.d /etc/apt/apt.conf.d; do
  [ -e "$file" ] && mounts+=(--volume "$file:$file:ro")
done
[ "${BUILD:-1}" = 0 ] || buildah bud --isolation chroot --network host "${mounts[@]}" --ulimit nofile=$(ulimit -Hn) --format docker --target cpu -f docker/Dockerfile -t docker.io/library/voicebot-orchestrator:latest .
size=$(podman image inspect voicebot-orchestrator:latest --format '{{.Size}}')
echo "The image is $((size / 1000000)) MB."
check 'the image is under 1.2 GB' test "$size" -lt 1200000000
check 'it is nobody of importance' test "$(podman image inspect voicebot-orchestrator:latest --format '{{.Config.User}}')" = 1000:1000

echo "--- Starting the services"
admin=$(secret)
cat > "$work/env" <<END
POSTGRES_PASSWORD=$(secret)
ADMIN_KEY=$admin
METRICS_KEY=$(secret)
SECRETS_KEY=$(secret)
HTTPS_PORT=${HTTPS_PORT:-8443}
HTTP_PORT=${HTTP_PORT:-8081}
END
[ -x "$work/venv/bin/podman-compose" ] || { python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet podman-compose; }
compose() { "$work/venv/bin/podman-compose" --env-file "$work/env" --podman-run-args="$run_args" -f docker/compose.yaml "$@"; }
stop() { compose down --volumes >/dev/null 2>&1 || true; }
[ "${KEEP:-}" = 1 ] || trap stop EXIT
stop
if [ -d "$models" ]; then
  podman volume exists voicebot_models || podman volume create voicebot_models >/dev/null
  cp -a "$models/." "$(podman volume inspect voicebot_models --format '{{.Mountpoint}}')/"
  chown -R 1000:1000 "$(podman volume inspect voicebot_models --format '{{.Mountpoint}}')"
fi
six="orchestrator-core stt-service llm-service tts-service cache-service analytics-service"
# Podman of before 4.6 starts nothing later because something else is not healthy yet: what others need comes first.
running() { podman ps --format '{{.Names}}' | grep -q "voicebot[_-]$1[_-]"; }
until_running() { for _ in $(seq 1 30); do running "$1" && return 0; compose up -d --no-build "$1" >/dev/null 2>&1 || true; sleep 2; done; return 1; }
for service in postgres temporal $six nginx; do check "$service runs" until_running "$service"; done

url=https://localhost:${HTTPS_PORT:-8443}
api() { curl --silent --show-error --insecure --max-time 120 --header "Authorization: Bearer $admin" "$@"; }
until_ready() { for _ in $(seq 1 "${READY_SECONDS:-300}"); do [ "$(api -o /dev/null -w '%{http_code}' "$url/ready" 2>/dev/null)" = 200 ] && return 0; sleep 1; done; return 1; }
container() { podman ps --all --format '{{.Names}}' | grep "voicebot[_-]$1[_-]" | head -1; }
check 'callers are let in' until_ready

for service in $six; do
  check "$service is healthy" podman healthcheck run "$(container "$service")"
  check "$service may not write to its root" bash -c "! podman exec $(container "$service") touch /app/x 2>/dev/null"
  check "$service is no root" test "$(podman exec "$(container "$service")" id -u)" != 0
done

echo "--- Calls"
code() { api -o /dev/null -w '%{http_code}' "$@"; }
check 'nobody comes in without a key' test "$(curl --silent --insecure -o /dev/null -w '%{http_code}' "$url/sessions")" = 401
check 'pipes are not for the outside' test "$(code "$url/media/x")" = 404
check 'a session begins' test "$(code -X POST "$url/sessions/in-a-container")" = 201
say() { api -X POST "$url/sessions/in-a-container/turns" --header 'Content-Type: application/json' --data "{\"text\":\"$1\"}"; }
answers() { local reply; reply=$(say "$1"); echo "     $1 -> $(echo "$reply" | head -c 300)"; echo "$reply" | grep -q "$2"; }
check 'a turn in writing is answered' answers 'What are your opening hours?' 'open Monday'
api -X POST "$url/v1/audio/speech" --header 'Content-Type: application/json' \
  --data '{"model":"kokoro","input":"What are your opening hours on Saturday?","voice":"af_heart","response_format":"wav"}' -o "$work/question.wav"
check 'a question is spoken' test "$(stat -c %s "$work/question.wav")" -gt 20000
# From a container to NGINX, as a client in the network would: TLS, and the upgrade to a socket.
inside() { podman exec -i --env VOICEBOT_URL=https://nginx --env NODE_TLS_REJECT_UNAUTHORIZED=0 --env NODE_NO_WARNINGS=1 --env VOICEBOT_API_KEY="$admin" "$(container orchestrator-core)" "$@"; }
heard() {
  inside sh -c 'cat > /tmp/question.wav' < "$work/question.wav"
  inside node cli/bin.mjs start-call --session-id by-voice --input /tmp/question.wav --output /tmp/reply.wav --json > "$work/voice.json" || { cat "$work/voice.json"; return 1; }
  echo "     $(head -c 400 "$work/voice.json")"
  inside node cli/bin.mjs stt-test --input /tmp/reply.wav --json > "$work/reply.json" || return 1
  echo "     heard back: $(head -c 300 "$work/reply.json")"
  grep -qi 'saturday' "$work/reply.json"
}
check 'a turn by voice is answered by voice' heard

echo "--- A container dies"
podman kill --signal KILL "$(container cache-service)" >/dev/null || true
# Without the cache nothing is understood: the caller is asked to say it again, and can.
check 'the call goes on' answers 'When do you open on Saturday?' '"status":"answered"'
podman start "$(container cache-service)" >/dev/null || true
understood() { for _ in $(seq 1 20); do answers 'When do you open on Saturday?' 'from 9 AM to 1 PM' && return 0; sleep 3; done; return 1; }
check 'and is answered once the container is back' understood
check 'its turns are kept' test "$(code "$url/sessions/in-a-container/turns")" = 200

[ "$failures" = 0 ] && echo 'All checks hold.' || { echo "$failures checks fail."; compose logs --tail 30 2>/dev/null | tail -200; exit 1; }
