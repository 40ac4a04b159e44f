{{/* The enabled services as a JSON object: key to entry with the defaults merged in and every path it needs named. */}}
{{- define "erp.services" -}}
{{- get (include "erp.wiring" . | fromJson) "services" | toJson -}}
{{- end }}

{{/*
The enabled services, and what is wrong with their addresses, as a JSON object {services, problems}.

An entry may name its paths itself (uses, calls), or only set the addresses in env, as the specification's entries do: the
network policies would then close the ways to them without a word. So an address in env opens its path like the line that
it stands for. An explicit `uses: {…: false}` is left alone.

A stand-in takes the place of an image here, so that nothing else has to know; it speaks no gRPC, which its probes must not
wait for.

deepCopy, or the overrides of one service leak into the next; mergeOverwrite, because merge and default lose false, 0 and "".
*/}}
{{- define "erp.wiring" -}}
{{- $services := dict -}}{{- $keys := dict -}}{{- $problems := list -}}
{{- range $key, $entry := .Values.services -}}
{{- $service := mergeOverwrite (deepCopy $.Values.serviceDefaults) (deepCopy $entry) -}}
{{- $_ := set $keys $service.name $key -}}
{{- if $service.enabled -}}
{{- if $.Values.standIn.enabled -}}
{{- $_ := set $service "image" $.Values.standIn.image -}}
{{- range $service.probes }}{{ if eq .type "grpc" }}{{ $_ := set . "type" "tcp" }}{{ end }}{{ end -}}
{{- end -}}
{{- /* A repository may carry its registry, as in the specification; a first part with a dot or a port is a host. */ -}}
{{- if not (or $service.image.registry (regexMatch "^[^/]*[.:][^/]*/" $service.image.repository)) -}}
{{- $_ := set $service.image "registry" $.Values.global.imageRegistry -}}
{{- end -}}
{{- $_ := set $services $key $service -}}
{{- end -}}
{{- end -}}
{{- $suffix := printf "(\\.%s(\\.svc(\\.%s)?)?)?" (include "erp.namespace" .) (replace "." "\\." .Values.clusterDomain) -}}
{{- range $key, $service := $services -}}
{{- $context := dict "root" $ "key" $key "service" $service "suffix" $suffix -}}
{{- $problems = concat $problems (include "erp.usesOfAddresses" $context | fromJsonArray) -}}
{{- $problems = concat $problems (include "erp.callsOfAddresses" (mergeOverwrite $context (dict "services" $services "keys" $keys)) | fromJsonArray) -}}
{{- end -}}
{{- dict "services" $services "problems" $problems | toJson -}}
{{- end }}

{{/*
Turns on what the addresses in a service's env lead to: Kafka, MongoDB, Redis, the employee service. The one address that the
entry gives stands for all names of it, because a service reads only some. Changes the service; a JSON list of problems.
*/}}
{{- define "erp.usesOfAddresses" -}}
{{- $values := .root.Values -}}{{- $service := .service -}}{{- $problems := list -}}
{{- $explicit := dig .key "uses" dict $values.services -}}
{{- $msk := eq $values.kafka.mode "msk" -}}
{{- $broker := ternary (printf "[^,]+:%d" (int $values.kafka.msk.port)) (printf "(kafka-service|kafka-[0-9]+\\.kafka-headless)%s:9092" .suffix) $msk -}}
{{- $mongodbHost := printf "[A-Za-z0-9][A-Za-z0-9.-]*(:%d)?" (int $values.networkPolicy.mongodb.port) -}}
{{- $employeeHosts := printf "employee-service%s" .suffix -}}
{{- with $values.employeeService.host }}{{ $employeeHosts = printf "(%s|%s)" $employeeHosts (regexQuoteMeta .) }}{{ end -}}
{{- $stores := dict
  "kafka" (dict "names" (list "KAFKA_BOOTSTRAP_SERVERS" "SPRING_KAFKA_BOOTSTRAP_SERVERS")
    "pattern" (printf "^%s(,%s)*$" $broker $broker)
    "remedy" (printf "in mode %s Kafka is at %s;" $values.kafka.mode (ternary (printf "port %d of the MSK brokers" (int $values.kafka.msk.port)) "kafka-service:9092" $msk)))
  "mongodb" (dict "names" (list "MONGODB_URI" "SPRING_DATA_MONGODB_URI")
    "pattern" (printf "^mongodb(\\+srv)?://([^@/]+@)?%s(,%s)*([/?].*)?$" $mongodbHost $mongodbHost)
    "remedy" (printf "it names no server at port %d; write the URI into the Secrets Manager entry %q (field uri)," (int $values.networkPolicy.mongodb.port) $values.secrets.mongodb.key))
  "redis" (dict "names" (list "REDIS_HOST" "SPRING_DATA_REDIS_HOST")
    "pattern" (ternary (printf "^%s$" (regexQuoteMeta $values.redis.host)) "." (ne $values.redis.host ""))
    "remedy" (printf "the cache is %q;" $values.redis.host))
  "employeeService" (dict "names" (list "EMPLOYEE_SERVICE_URL")
    "pattern" (printf "^http://%s:%d(/.*)?$" $employeeHosts (int $values.employeeService.port))
    "remedy" (printf "the employee service is http://employee-service:%d;" (int $values.employeeService.port)))
-}}
{{- range $use, $store := $stores -}}
{{- if not (or (get $service.uses $use) (hasKey $explicit $use)) -}}
{{- range $from := list "env" "secretEnv" -}}
{{- $variables := get $service $from -}}
{{- range $name, $address := pick $variables (first $store.names) (last $store.names) -}}
{{- $_ := set $service.uses $use true -}}
{{- if and (eq $from "env") (not (regexMatch $store.pattern $address)) -}}
{{- $problems = append $problems (printf "services.%s.env.%s: no path leads there: %s remove this line and add to services.%s:\n    uses: {%s: true}\n  (or uses: {%s: false}, where a network policy of your own opens the way)" $.key $name $store.remedy $.key $use $use) -}}
{{- end -}}
{{- range $other := $store.names -}}
{{- if not (or (hasKey $service.env $other) (hasKey $service.secretEnv $other)) }}{{ $_ := set $variables $other $address }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end }}

{{/*
Adds the peers whose addresses stand in a service's env to its calls, and to a peer the gRPC port that a caller knows it by.
Changes the services; a JSON list of problems.
*/}}
{{- define "erp.callsOfAddresses" -}}
{{- $service := .service -}}{{- $problems := list -}}
{{- $pattern := printf "^(?:([a-z]+):/+)?([a-z0-9-]+)%s(?::([0-9]+))?(?:/.*)?$" (replace "(" "(?:" .suffix) -}}
{{- range $name, $value := $service.env -}}
{{- if and (regexMatch $pattern $value) (or (contains "://" $value) (contains ":" $value)) -}}
{{- $host := regexReplaceAll $pattern $value "${2}" -}}
{{- $port := regexReplaceAll $pattern $value "${3}" | default (ternary "443" "80" (hasPrefix "https:" $value)) | int -}}
{{- $isGrpc := regexMatch "GRPC" $name -}}
{{- $at := printf "services.%s.env.%s" $.key $name -}}
{{- $peerKey := get $.keys $host -}}
{{- $peer := get $.services $peerKey | default dict -}}
{{- if and $peer (ne $peerKey $.key) -}}
{{- if and $isGrpc (not $peer.grpc.port) (ne $port (int $peer.port)) }}{{ $_ := set $peer.grpc "port" $port }}{{ end -}}
{{- $protocol := ternary "http" (ternary "grpc" "" (eq $port (int $peer.grpc.port))) (eq $port (int $peer.port)) -}}
{{- if $protocol -}}
{{- $_ := set $service.calls $peerKey (append (get $service.calls $peerKey | default list) $protocol | uniq) -}}
{{- else -}}
{{- $problems = append $problems (printf "%s: %s listens at %d%s, not at %d" $at $host (int $peer.port) (ternary (printf " and for gRPC at %d" (int $peer.grpc.port)) "" (gt (int $peer.grpc.port) 0)) $port) -}}
{{- end -}}
{{- else if and (not (hasKey $.keys $host)) (regexMatch "(GRPC_ADDRESS|_SERVICE_URL)$" $name) (ne $name "EMPLOYEE_SERVICE_URL") -}}
{{- $problems = append $problems (printf "%s: there is no service %q; there are %s" $at $host (keys $.keys | sortAlpha | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $problems -}}
{{- end }}

{{/* Names of the services that use something, as a JSON list. Takes (dict "services" SERVICES "what" KEY). */}}
{{- define "erp.serviceNamesUsing" -}}
{{- $names := list -}}
{{- range .services }}{{ if get .uses $.what }}{{ $names = append $names .name }}{{ end }}{{ end -}}
{{- toJson $names -}}
{{- end }}

{{/*
Literal environment of a service as a JSON object. Each address comes twice: under the name of the specification and under
the Spring property. Takes (dict "root" $ "service" SERVICE "services" SERVICES).
*/}}
{{- define "erp.serviceEnv" -}}
{{- $values := .root.Values -}}
{{- $env := dict
  "AWS_REGION" $values.region
  "SERVER_PORT" (toString .service.port)
  "SERVER_SHUTDOWN" "graceful"
  "SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE" (printf "%ds" (sub (int .service.termination.shutdownSeconds) 5))
-}}
{{- if or $values.xray.sidecar.enabled $values.xray.daemonSet.enabled -}}
{{- $_ := set $env "AWS_XRAY_DAEMON_ADDRESS" (ternary "127.0.0.1:2000" "$(NODE_IP):2000" $values.xray.sidecar.enabled) -}}
{{- $_ := set $env "AWS_XRAY_CONTEXT_MISSING" $values.xray.contextMissing -}}
{{- /* An account has one X-Ray for all environments, and the name is what its filters tell them apart by. */ -}}
{{- $_ := set $env "AWS_XRAY_TRACING_NAME" (printf "%s.%s" .service.name (include "erp.namespace" .root)) -}}
{{- end -}}
{{- if .service.uses.kafka -}}
{{- with include "erp.kafka.bootstrapServers" .root -}}
{{- $_ := set $env "KAFKA_BOOTSTRAP_SERVERS" . -}}
{{- $_ := set $env "SPRING_KAFKA_BOOTSTRAP_SERVERS" . -}}
{{- end -}}
{{- $_ := set $env "SPRING_KAFKA_SECURITY_PROTOCOL" (include "erp.kafka.securityProtocol" .root) -}}
{{- end -}}
{{- if .service.uses.employeeService -}}
{{- $_ := set $env "EMPLOYEE_SERVICE_URL" (printf "http://employee-service:%d" (int $values.employeeService.port)) -}}
{{- end -}}
{{- if and .service.uses.redis $values.redis.host -}}
{{- range list "REDIS" "SPRING_DATA_REDIS" -}}
{{- $_ := set $env (printf "%s_HOST" .) $values.redis.host -}}
{{- $_ := set $env (printf "%s_PORT" .) (toString $values.redis.port) -}}
{{- end -}}
{{- end -}}
{{- $grpcPeers := list -}}
{{- range $key, $ports := .service.calls -}}
{{- with get $.services $key -}}
{{- if has "http" $ports -}}
{{- $_ := set $env (printf "%s_URL" (.name | replace "-" "_" | upper)) (printf "http://%s:%d" .name (int .port)) -}}
{{- end -}}
{{- if has "grpc" $ports -}}
{{- $address := printf "%s:%d" .name (int .grpc.port) -}}
{{- $_ := set $env (printf "%s_GRPC_ADDRESS" ($key | snakecase | upper)) (printf "static://%s" $address) -}}
{{- $grpcPeers = append $grpcPeers $address -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if eq (len $grpcPeers) 1 }}{{ $_ := set $env "GRPC_ADDRESS" (first $grpcPeers) }}{{ end -}}
{{- if .service.config }}{{ $_ := set $env "SPRING_CONFIG_ADDITIONAL_LOCATION" "optional:file:/config/" }}{{ end -}}
{{- range $name, $_ := .service.secretEnv }}{{ $env = omit $env $name }}{{ end -}}
{{- toJson (merge (deepCopy .service.env) $env) -}}
{{- end }}

{{/* Environment of a service out of secrets as a JSON object: name to {secret, key}. Takes what "erp.serviceEnv" takes. */}}
{{- define "erp.serviceSecretEnv" -}}
{{- $env := dict -}}
{{- if .service.uses.mongodb -}}
{{- range list "MONGODB_URI" "SPRING_DATA_MONGODB_URI" -}}
{{- $_ := set $env . (dict "secret" $.root.Values.secrets.mongodb.name "key" "uri") -}}
{{- end -}}
{{- end -}}
{{- range $name, $_ := .service.env }}{{ $env = omit $env $name }}{{ end -}}
{{- toJson (merge (deepCopy .service.secretEnv) $env) -}}
{{- end }}

{{/* One probe. Takes (dict "probe" PROBE "service" SERVICE). */}}
{{- define "erp.probe" -}}
{{- if eq .probe.type "http" -}}
httpGet:
  path: {{ .probe.path }}
  port: http
{{- else if eq .probe.type "grpc" -}}
grpc:
  port: {{ .service.grpc.port }}
{{- else -}}
tcpSocket:
  port: http
{{- end }}
periodSeconds: {{ .probe.periodSeconds }}
timeoutSeconds: {{ .probe.timeoutSeconds }}
failureThreshold: {{ .probe.failureThreshold }}
{{- end }}

{{/*
approval-request-service on 8082 becomes approval-request-tgb-8082. The target group of a binding cannot be changed, and
a new port makes a new target group.
*/}}
{{- define "erp.targetGroupBindingName" -}}
{{- printf "%s-tgb-%d" (trimSuffix "-service" .name) (int .port) -}}
{{- end }}
