{{/*
The enabled services as a JSON object: key to entry with the defaults merged in. deepCopy, or the overrides of one service
leak into the next; mergeOverwrite, because merge and default lose false, 0 and "".
*/}}
{{- define "erp.services" -}}
{{- $services := dict -}}
{{- range $key, $entry := .Values.services -}}
{{- $service := mergeOverwrite (deepCopy $.Values.serviceDefaults) (deepCopy $entry) -}}
{{- if $service.enabled -}}
{{- if not $service.image.registry }}{{ $_ := set $service.image "registry" $.Values.global.imageRegistry }}{{ end -}}
{{- $_ := set $services $key $service -}}
{{- end -}}
{{- end -}}
{{- toJson $services -}}
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
{{- if $values.xray.sidecar.enabled -}}
{{- $_ := set $env "AWS_XRAY_DAEMON_ADDRESS" "127.0.0.1:2000" -}}
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
