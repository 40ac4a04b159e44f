{{/* Namespace of every object but those of the X-Ray DaemonSet. */}}
{{- define "erp.namespace" -}}
{{- .Values.namespace | default .Release.Namespace -}}
{{- end }}

{{/* Selector labels of a component; contract, because selectors are immutable. Takes (dict "root" $ "name" NAME). */}}
{{- define "erp.selectorLabels" -}}
app: {{ .name }}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* Labels of an object. Takes (dict "root" $ "name" NAME "component" COMPONENT). */}}
{{- define "erp.labels" -}}
{{ include "erp.selectorLabels" . }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
Image reference. Takes an image of the values, with "registry" already settled. A tag of digits arrives as a number, out of
a values file even as a floating-point one.
*/}}
{{- define "erp.image" -}}
{{- $repository := .repository -}}
{{- with .registry }}{{ $repository = printf "%s/%s" (trimSuffix "/" .) $repository }}{{ end -}}
{{- if .digest -}}
{{ $repository }}@{{ .digest }}
{{- else -}}
{{ $repository }}:{{ include "erp.tag" . | default "latest" }}
{{- end -}}
{{- end }}

{{- define "erp.tag" -}}
{{- if kindIs "float64" .tag }}{{ int64 .tag }}{{ else }}{{ .tag }}{{ end -}}
{{- end }}

{{- define "erp.pullPolicy" -}}
{{- $moving := and (not .digest) (has (include "erp.tag" .) (list "" "latest")) -}}
{{- .pullPolicy | default (ternary "Always" "IfNotPresent" $moving) -}}
{{- end }}

{{/* The two image fields of a container. */}}
{{- define "erp.containerImage" -}}
image: {{ include "erp.image" . | quote }}
imagePullPolicy: {{ include "erp.pullPolicy" . }}
{{- end }}

{{- define "erp.imagePullSecrets" -}}
{{- with .Values.global.imagePullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Pod and container settings that Pod Security "restricted" asks for, the same for every pod. Takes (dict "uid" "gid"). */}}
{{- define "erp.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ .uid }}
runAsGroup: {{ .gid }}
fsGroup: {{ .gid }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "erp.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/* Keeps a pod away from the Kafka nodes whatever it tolerates. */}}
{{- define "erp.awayFromMessagingNodes" -}}
nodeAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    nodeSelectorTerms:
      - matchExpressions:
          - key: {{ .Values.messagingNodes.key }}
            operator: NotIn
            values: [{{ .Values.messagingNodes.value | quote }}]
{{- end }}

{{/* Environment variables out of a map of literals. */}}
{{- define "erp.envList" -}}
{{- range $name, $value := . -}}
- name: {{ $name }}
  value: {{ $value | quote }}
{{ end -}}
{{- end }}

{{/* Namespace of the X-Ray DaemonSet. */}}
{{- define "erp.xrayNamespace" -}}
{{- .Values.xray.daemonSet.namespace | default (printf "%s-xray" (include "erp.namespace" .)) -}}
{{- end }}

{{/*
The X-Ray daemon container, as sidecar or in the DaemonSet. The image is built from scratch: no shell, no exec probe. Takes
(dict "root" $ "hostPort" WHETHER).
*/}}
{{- define "erp.xrayContainer" -}}
name: xray-daemon
{{ include "erp.containerImage" .root.Values.xray.image }}
# The image listens at 0.0.0.0:2000. Local mode asks no instance metadata, which pods cannot reach.
# At "warn" a healthy daemon prints nothing, and its log is where one looks whether traces leave.
args: [--local-mode, --region={{ .root.Values.region }}, --log-level=info]
ports:
  - name: xray
    containerPort: 2000
    {{- if .hostPort }}
    hostPort: 2000
    {{- end }}
    protocol: UDP
resources:
  {{- toYaml .root.Values.xray.resources | nindent 2 }}
# No readiness probe: a pod without tracing still serves.
livenessProbe:
  tcpSocket:
    port: 2000
  periodSeconds: 30
  timeoutSeconds: 5
  failureThreshold: 5
securityContext:
  # The image names its user, and a name proves nothing to runAsNonRoot.
  runAsUser: 10001
  runAsGroup: 10001
  {{- include "erp.containerSecurityContext" .root | nindent 2 }}
{{- end }}
