{{- /* A Deployment with its service account and budget. Takes (dict "root" $ "name" NAME "account" ACCOUNT "replicas" N "settings" VALUES). */ -}}
{{- define "workload" }}
{{- $labels := dict "app.kubernetes.io/name" .name "app.kubernetes.io/instance" .root.Release.Name }}
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .account }}
  namespace: {{ .root.Release.Namespace }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels: {{- toYaml $labels | nindent 4 }}
spec:
  replicas: {{ .replicas }}
  selector:
    matchLabels: {{- toYaml $labels | nindent 6 }}
  template:
    metadata:
      labels: {{- toYaml $labels | nindent 8 }}
    spec:
      serviceAccountName: {{ .account }}
      {{- with .settings.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      nodeSelector: {{- toYaml (default dict .settings.nodeSelector) | nindent 8 }}
      {{- with .settings.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .settings.topologySpreadConstraints }}
      topologySpreadConstraints: {{- tpl (toYaml .) $.root | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .name }}
          image: stand-in.invalid/{{ .name }}:0.0.0
          securityContext:
            allowPrivilegeEscalation: false
            capabilities: { drop: [ALL] }
            runAsNonRoot: true
            seccompProfile: { type: RuntimeDefault }
          resources: {{- toYaml .settings.resources | nindent 12 }}
{{- with .settings.podDisruptionBudget }}
{{- if and (gt (int $.replicas) 1) (ne (toString (get . "enabled")) "false") }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $.name }}
  namespace: {{ $.root.Release.Namespace }}
spec:
  {{- toYaml (omit . "enabled") | nindent 2 }}
  selector:
    matchLabels: {{- toYaml $labels | nindent 6 }}
{{- end }}
{{- end }}
{{- end }}
