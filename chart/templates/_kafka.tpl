{{/* Address of Kafka for its clients. */}}
{{- define "erp.kafka.bootstrapServers" -}}
{{- if eq .Values.kafka.mode "msk" }}{{ .Values.kafka.msk.bootstrapServers }}{{ else }}kafka-service:9092{{ end -}}
{{- end }}

{{- define "erp.kafka.securityProtocol" -}}
{{- if eq .Values.kafka.mode "msk" }}{{ .Values.kafka.msk.securityProtocol }}{{ else }}PLAINTEXT{{ end -}}
{{- end }}

{{/* Replication follows the number of brokers: with a factor above it, __consumer_offsets is never made and consumers hang. */}}
{{- define "erp.kafka.replicationFactor" -}}
{{- $brokers := ternary .Values.kafka.msk.brokers .Values.kafka.replicas (eq .Values.kafka.mode "msk") -}}
{{- min 3 (int $brokers) -}}
{{- end }}

{{- define "erp.kafka.minInsyncReplicas" -}}
{{- max 1 (sub (include "erp.kafka.replicationFactor" . | int) 1) -}}
{{- end }}

{{/* Whether the topics Job is rendered. On MSK it needs the bootstrap servers. */}}
{{- define "erp.kafka.makesTopics" -}}
{{- if and .Values.kafka.topicsJob.enabled .Values.kafka.topics (include "erp.kafka.bootstrapServers" .) }}true{{ end -}}
{{- end }}

{{/* Addresses of the members of a StatefulSet. Takes (dict "root" $ "name" NAME "replicas" N "start" FIRST "format" FORMAT),
the format with %d for the ordinal and %s for the host name; a JSON list. */}}
{{- define "erp.members" -}}
{{- $members := list -}}
{{- range $i := until (int .replicas) -}}
{{- $ordinal := add $i (int $.start) -}}
{{- $host := printf "%s-%d.%s-headless.%s.svc.%s" $.name $ordinal $.name (include "erp.namespace" $.root) $.root.Values.clusterDomain -}}
{{- $members = append $members ($.format | replace "%d" (toString $ordinal) | replace "%s" $host) -}}
{{- end -}}
{{- toJson $members -}}
{{- end }}

{{/*
Literal environment of a broker as a JSON object. POD_NAME and POD_NAMESPACE are set before it: a variable can only refer
to those above it. Every KAFKA_ variable becomes a broker property.
*/}}
{{- define "erp.kafka.env" -}}
{{- $values := .Values.kafka -}}
{{- $factor := include "erp.kafka.replicationFactor" . -}}
{{- $minInsync := include "erp.kafka.minInsyncReplicas" . -}}
{{- $env := dict
  "KAFKA_LISTENERS" "PLAINTEXT://:9092"
  "KAFKA_ADVERTISED_LISTENERS" (printf "PLAINTEXT://$(POD_NAME).kafka-headless.$(POD_NAMESPACE).svc.%s:9092" .Values.clusterDomain)
  "KAFKA_LOG_DIRS" "/var/lib/kafka/data/topics"
  "KAFKA_HEAP_OPTS" (include "erp.heap" $values)
  "KAFKA_AUTO_CREATE_TOPICS_ENABLE" "false"
  "KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE" "false"
  "KAFKA_CONTROLLED_SHUTDOWN_ENABLE" "true"
  "KAFKA_NUM_PARTITIONS" (toString $values.partitions)
  "KAFKA_DEFAULT_REPLICATION_FACTOR" $factor
  "KAFKA_MIN_INSYNC_REPLICAS" $minInsync
  "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR" $factor
  "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR" $factor
  "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR" $minInsync
  "KAFKA_LOG_RETENTION_HOURS" (toString $values.retentionHours)
  "KAFKA_LOG_RETENTION_BYTES" $values.retentionBytes
  "KAFKA_LOG_SEGMENT_BYTES" $values.segmentBytes
-}}
{{- if eq $values.mode "zookeeper" -}}
{{- $ensemble := include "erp.members" (dict "root" . "name" "zookeeper" "replicas" .Values.zookeeper.replicas "start" 1 "format" "%s:2181") | fromJsonArray -}}
{{- $_ := set $env "KAFKA_ZOOKEEPER_CONNECT" (join "," $ensemble) -}}
{{- $_ := set $env "KAFKA_CUB_ZK_TIMEOUT" "300" -}}
{{- else -}}
{{- $voters := include "erp.members" (dict "root" . "name" "kafka" "replicas" $values.replicas "start" 0 "format" "%d@%s:9093") | fromJsonArray -}}
{{- $_ := set $env "CLUSTER_ID" (include "erp.kafka.clusterId" .) -}}
{{- $_ := set $env "KAFKA_PROCESS_ROLES" "broker,controller" -}}
{{- $_ := set $env "KAFKA_CONTROLLER_QUORUM_VOTERS" (join "," $voters) -}}
{{- $_ := set $env "KAFKA_CONTROLLER_LISTENER_NAMES" "CONTROLLER" -}}
{{- $_ := set $env "KAFKA_INTER_BROKER_LISTENER_NAME" "PLAINTEXT" -}}
{{- $_ := set $env "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP" "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT" -}}
{{- $_ := set $env "KAFKA_LISTENERS" "PLAINTEXT://:9092,CONTROLLER://:9093" -}}
{{- end -}}
{{- toJson (merge (deepCopy $values.env) $env) -}}
{{- end }}

{{/* The JVM takes its share of the memory limit, so heap and limit cannot drift apart. Takes the values of kafka or zookeeper. */}}
{{- define "erp.heap" -}}
{{- printf "-XX:InitialRAMPercentage=%d -XX:MaxRAMPercentage=%d" (int .heapPercentage) (int .heapPercentage) -}}
{{- end }}

{{/* 16 bytes in 22 characters. Derived from what never changes, because brokers refuse a volume of another cluster. */}}
{{- define "erp.kafka.clusterId" -}}
{{- $derived := printf "%s/%s" (include "erp.namespace" .) .Release.Name | sha256sum | trunc 16 | b64enc | trimSuffix "==" -}}
{{- .Values.kafka.kraft.clusterId | default $derived -}}
{{- end }}

{{/* Where Kafka and ZooKeeper pods run: on their own nodes, spread over zones. Takes (dict "root" $ "name" NAME). */}}
{{- define "erp.messagingPlacement" -}}
{{- $nodes := .root.Values.messagingNodes -}}
nodeSelector:
  {{ $nodes.key }}: {{ $nodes.value | quote }}
tolerations:
  - key: {{ $nodes.key }}
    operator: Equal
    value: {{ $nodes.value | quote }}
    effect: {{ $nodes.effect }}
# Not a required anti-affinity by zone: it would leave the third of three pods pending in two zones.
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: DoNotSchedule
    # A zone without its node does not count, or no pod that has no volume yet could start in the other.
    nodeTaintsPolicy: Honor
    labelSelector:
      matchLabels:
        {{- include "erp.selectorLabels" . | nindent 8 }}
affinity:
  {{- with $nodes.majorityZone }}
  nodeAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        preference:
          matchExpressions:
            - key: topology.kubernetes.io/zone
              operator: In
              values: [{{ . }}]
  {{- end }}
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "erp.selectorLabels" . | nindent 14 }}
{{- $priorityClasses := .root.Values.priorityClasses }}
{{- with .root.Values.kafka.priorityClassName | default (ternary $priorityClasses.messaging.name "" $priorityClasses.create) }}
priorityClassName: {{ . }}
{{- end }}
{{- end }}

{{/* Directories the Confluent images write to outside of their volumes; the root file system is read-only. */}}
{{- define "erp.confluentMounts" -}}
- name: etc
  mountPath: /etc/kafka
- name: logs
  mountPath: /var/log/kafka
- name: tmp
  mountPath: /tmp
{{- end }}

{{- define "erp.confluentVolumes" -}}
- name: etc
  emptyDir:
    sizeLimit: 16Mi
- name: logs
  emptyDir:
    sizeLimit: 128Mi
- name: tmp
  emptyDir:
    sizeLimit: 128Mi
{{- end }}

{{/*
Claim templates are immutable: no labels that change with the chart, or no later upgrade is possible.
https://github.com/helm/charts/issues/7803
Takes (dict "root" $ "name" NAME "size" SIZE).
*/}}
{{- define "erp.volumeClaimTemplates" -}}
- metadata:
    name: {{ .name }}
  spec:
    accessModes: [ReadWriteOnce]
    storageClassName: {{ .root.Values.storageClass.name }}
    resources:
      requests:
        storage: {{ .size }}
{{- end }}

{{/* Pod of the topics Job; its text is hashed into the Job's name. It runs on the service nodes, beside its peers. */}}
{{- define "erp.kafka.topicsPod" -}}
{{- $kafka := .Values.kafka -}}
restartPolicy: OnFailure
serviceAccountName: kafka
automountServiceAccountToken: false
enableServiceLinks: false
{{- with include "erp.imagePullSecrets" . }}
{{ . }}
{{- end }}
securityContext:
  {{- include "erp.podSecurityContext" (dict "uid" 1000 "gid" 1000) | nindent 2 }}
affinity:
  {{- include "erp.awayFromMessagingNodes" . | nindent 2 }}
containers:
  - name: topics
    {{- include "erp.containerImage" $kafka.image | nindent 4 }}
    command:
      - bash
      - -ec
      - |
        printf 'security.protocol=%s\n' "$SECURITY_PROTOCOL" > /tmp/client.properties
        on_kafka() {
          "$1" --bootstrap-server "$BOOTSTRAP_SERVERS" --command-config /tmp/client.properties "${@:2}"
        }
        until on_kafka kafka-broker-api-versions > /dev/null; do
          echo 'Waiting for Kafka.'
          sleep 5
        done
        {{- range $topic := $kafka.topics }}
        {{- $config := merge (deepCopy (default dict $topic.config)) (dict "min.insync.replicas" (include "erp.kafka.minInsyncReplicas" $)) }}
        on_kafka kafka-topics --create --if-not-exists --topic {{ $topic.name }} --partitions {{ $topic.partitions | default $kafka.partitions }} --replication-factor {{ include "erp.kafka.replicationFactor" $ }}
        {{- range $name, $value := $config }}
        on_kafka kafka-configs --alter --entity-type topics --entity-name {{ $topic.name }} --add-config {{ $name }}={{ $value }}
        {{- end }}
        {{- end }}
    env:
      - name: BOOTSTRAP_SERVERS
        value: {{ include "erp.kafka.bootstrapServers" . | quote }}
      - name: SECURITY_PROTOCOL
        value: {{ include "erp.kafka.securityProtocol" . }}
      - name: KAFKA_HEAP_OPTS
        value: -Xmx160m
    resources:
      {{- toYaml $kafka.topicsJob.resources | nindent 6 }}
    securityContext:
      {{- include "erp.containerSecurityContext" . | nindent 6 }}
    volumeMounts:
      - name: logs
        mountPath: /var/log/kafka
      - name: tmp
        mountPath: /tmp
volumes:
  - name: logs
    emptyDir:
      sizeLimit: 16Mi
  - name: tmp
    emptyDir:
      sizeLimit: 64Mi
{{- end }}

{{/* Literal environment of a ZooKeeper as a JSON object. A single one is no ensemble and gets no server list. */}}
{{- define "erp.zookeeper.env" -}}
{{- $values := .Values.zookeeper -}}
{{- $env := dict
  "ZOOKEEPER_CLIENT_PORT" "2181"
  "ZOOKEEPER_TICK_TIME" "2000"
  "ZOOKEEPER_INIT_LIMIT" "10"
  "ZOOKEEPER_SYNC_LIMIT" "5"
  "ZOOKEEPER_QUORUM_LISTEN_ON_ALL_IPS" "true"
  "ZOOKEEPER_AUTOPURGE_SNAP_RETAIN_COUNT" "3"
  "ZOOKEEPER_AUTOPURGE_PURGE_INTERVAL" "24"
  "ZOOKEEPER_ADMIN_ENABLE_SERVER" "false"
  "KAFKA_HEAP_OPTS" (include "erp.heap" $values)
-}}
{{- if gt (int $values.replicas) 1 -}}
{{- $servers := include "erp.members" (dict "root" . "name" "zookeeper" "replicas" $values.replicas "start" 1 "format" "%s:2888:3888") | fromJsonArray -}}
{{- $_ := set $env "ZOOKEEPER_SERVERS" (join ";" $servers) -}}
{{- end -}}
{{- toJson (merge (deepCopy $values.env) $env) -}}
{{- end }}
