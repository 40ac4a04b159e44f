{{/* Pods of this release by name, as a peer of a network policy. Takes (dict "root" $ "names" LIST). */}}
{{- define "erp.podPeers" -}}
- podSelector:
    matchLabels:
      app.kubernetes.io/instance: {{ .root.Release.Name }}
    matchExpressions:
      - key: app.kubernetes.io/name
        operator: In
        values:
          {{- range sortAlpha .names }}
          - {{ . }}
          {{- end }}
{{- end }}

{{/* The way to Kafka: to the brokers in the cluster, or to those of MSK in the VPC. */}}
{{- define "erp.kafka.egress" -}}
- to:
    {{- if eq .Values.kafka.mode "msk" }}
    - ipBlock:
        cidr: {{ .Values.networkPolicy.vpcCidr }}
    {{- else }}
    {{- include "erp.podPeers" (dict "root" . "names" (list "kafka")) | nindent 4 }}
    {{- end }}
  ports:
    - port: {{ ternary .Values.kafka.msk.port "kafka" (eq .Values.kafka.mode "msk") }}
{{- end }}
