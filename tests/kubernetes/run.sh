#!/usr/bin/env bash
# Applies the manifests of k8s/ to a real API server, with the kinds of KEDA and the Prometheus operator; `npm run test:manifests`.
# The API server is built from its Go module once, which takes some minutes; etcd is Debian's (etcd-server). CLUSTER=1 takes the cluster
# that kubectl points at instead, in a namespace of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
kubernetes=v1.32.9 keda=v2.21.0 operator=v0.85.0
cache=${XDG_CACHE_HOME:-$HOME/.cache}/voicebot-tests/kube-apiserver-$kubernetes
work=$(mktemp -d)
namespace=voicebot-manifests
failures=0
check() { # check NAME COMMAND...
  local name=$1
  shift
  if "$@" > "$work/said" 2>&1; then echo "ok   $name"; else echo "FAIL $name" && sed 's/^/     /' "$work/said" | head -20 && failures=$((failures + 1)); fi
}
module() { go mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'; }

build() {
  [ -x "$cache/kube-apiserver" ] && return
  echo "Building kube-apiserver $kubernetes from its Go module; this takes some minutes once."
  mkdir -p "$cache"
  cp -r --no-preserve=mode "$(module "k8s.io/kubernetes@$kubernetes")" "$work/kubernetes"
  (
    cd "$work/kubernetes"
    # The module's own parts are beside it in its repository; here they come from where they are published.
    for part in $(sed -n 's/^\t*\(k8s\.io\/[a-z-]*\) => .*/\1/p' go.mod); do
      go mod edit -dropreplace "$part" -require "$part@v0${kubernetes#v1}"
    done
    rm -rf vendor go.work
    go build -mod=mod -o "$cache/kube-apiserver" ./cmd/kube-apiserver
  )
}

start() {
  for program in go etcd kubectl openssl; do
    command -v "$program" >/dev/null || { echo "SKIPPED: $program is missing (Debian: golang, etcd-server; kubectl)"; exit 0; }
  done
  build
  etcd --data-dir "$work/etcd" --listen-client-urls http://127.0.0.1:23790 --advertise-client-urls http://127.0.0.1:23790 \
    --listen-peer-urls http://127.0.0.1:23800 --unsafe-no-fsync > "$work/etcd.log" 2>&1 &
  openssl genrsa -out "$work/accounts.key" 2048 2>/dev/null
  echo 'a-token-for-this-run,admin,admin,system:masters' > "$work/tokens"
  "$cache/kube-apiserver" --etcd-servers http://127.0.0.1:23790 --secure-port 26443 --bind-address 127.0.0.1 --cert-dir "$work/certs" \
    --service-account-issuer https://kubernetes.local --service-account-key-file "$work/accounts.key" \
    --service-account-signing-key-file "$work/accounts.key" --service-cluster-ip-range 10.0.0.0/24 --token-auth-file "$work/tokens" \
    --authorization-mode RBAC > "$work/apiserver.log" 2>&1 &
  trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
  kubectl() { command kubectl --kubeconfig /dev/null --server https://127.0.0.1:26443 --insecure-skip-tls-verify --token a-token-for-this-run "$@"; }
  for _ in $(seq 1 120); do kubectl get --raw /readyz >/dev/null 2>&1 && return; sleep 1; done
  echo 'The API server does not start:' && tail -5 "$work/apiserver.log" && exit 1
}

[ "${CLUSTER:-}" = 1 ] || start
kubectl version | tail -1
for file in "$(module "github.com/kedacore/keda/v2@$keda")/config/crd/bases/keda.sh_scaledobjects.yaml" \
  "$(module "github.com/prometheus-operator/prometheus-operator@$operator")/example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"; do
  check "the kind of $(basename "$file" .yaml) is known" kubectl apply --server-side -f "$file"
done
kubectl wait --for condition=established --timeout 60s crd --all >/dev/null

apply() { kubectl apply --namespace "$namespace" --validate=strict -k "$1"; }
unchanged() { apply "$1" > "$work/again" && ! grep -Ev 'unchanged$' "$work/again"; }
# What the strictest of Kubernetes' own policies for pods has to say comes as a warning.
restricted() { ! grep -i 'would violate' "$work/applied"; }
for overlay in small medium large; do
  kubectl create namespace "$namespace" >/dev/null
  kubectl label namespace "$namespace" pod-security.kubernetes.io/warn=restricted >/dev/null
  kubectl create secret generic voicebot --namespace "$namespace" --from-literal=DATABASE_URL=x >/dev/null
  check "k8s/overlays/$overlay is applied" apply "k8s/overlays/$overlay"
  cp "$work/said" "$work/applied"
  check "its pods are within the restricted policy" restricted
  check "applied again it changes nothing" unchanged "k8s/overlays/$overlay"
  check "it is deleted" kubectl delete --namespace "$namespace" --wait=false -k "k8s/overlays/$overlay"
  namespace=$namespace-
  namespace=${namespace}n
done
[ "$failures" = 0 ] && echo 'All checks hold.' || { echo "$failures checks fail."; exit 1; }
