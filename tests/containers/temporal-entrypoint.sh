#!/bin/sh
# What temporalio/auto-setup does, for a server that was built from its Go module: databases, schemas, configuration, namespace.
set -e
connection="--plugin postgres12 --endpoint $POSTGRES_SEEDS --port $DB_PORT --user $POSTGRES_USER --password $POSTGRES_PWD"
for kind in temporal visibility; do
  database=temporal
  [ "$kind" = visibility ] && database=temporal_visibility
  sql $connection --database $database create-database
  sql $connection --database $database setup-schema -v 0.0 || true
  sql $connection --database $database update-schema -d "/schema/$kind/versioned"
done
address=$(hostname -i | cut -d' ' -f1)
store() {
  printf '{ sql: { pluginName: postgres12, databaseName: %s, connectAddr: "%s:%s", connectProtocol: tcp, user: "%s", password: "%s", maxConns: 20, maxIdleConns: 20, maxConnLifetime: 1h } }' \
    "$1" "$POSTGRES_SEEDS" "$DB_PORT" "$POSTGRES_USER" "$POSTGRES_PWD"
}
service() { printf '{ rpc: { grpcPort: %s, membershipPort: %s, bindOnIP: "%s" } }' "$1" "$2" "$address"; }
cat > /tmp/config.yaml <<END
log: { stdout: true, level: warn }
persistence:
  defaultStore: store
  visibilityStore: visibility
  numHistoryShards: 128
  datastores: { store: $(store temporal), visibility: $(store temporal_visibility) }
global: { membership: { maxJoinDuration: 30s, broadcastAddress: "$address" } }
services: { frontend: $(service 7233 6933), history: $(service 7234 6934), matching: $(service 7235 6935), worker: $(service 7239 6939) }
clusterMetadata:
  enableGlobalNamespace: false
  failoverVersionIncrement: 10
  masterClusterName: active
  currentClusterName: active
  clusterInformation: { active: { enabled: true, initialFailoverVersion: 1, rpcName: frontend, rpcAddress: "$address:7233" } }
dcRedirectionPolicy: { policy: noop }
dynamicConfigClient: { filepath: "/etc/temporal/$DYNAMIC_CONFIG_FILE_PATH", pollInterval: 60s }
END
(
  until temporal operator namespace create --address "$address:7233" --namespace "$DEFAULT_NAMESPACE" --retention 1d 2>&1 | grep -Eq 'registered|already'; do sleep 1; done
) &
exec server --config-file /tmp/config.yaml --allow-no-auth start
