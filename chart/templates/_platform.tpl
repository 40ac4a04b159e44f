{{/*
What only the cloud knows (registry, target groups, addresses), out of the ConfigMap that the CDK app keeps in the namespace
of the services, laid over the values; a values file is older than what runs. The first line of every template: all templates
of a rendering share one root, so the first of them does the work and the others find it done. Without a cluster (helm template,
--dry-run=client) and on a cluster that the CDK app has not made, the values stay what they are.
*/}}
{{- define "erp.init" -}}
{{- if not (hasKey . "Platform") -}}
{{- $namespace := include "erp.namespace" . -}}
{{- $platform := dict -}}
{{- with lookup "v1" "ConfigMap" $namespace "erp-platform" -}}
{{- if or (ne $.Release.Name .data.release) (ne $.Release.Namespace $namespace) -}}
{{- printf "namespace %s holds the release %s of the CDK app, which this would take apart as release %s in namespace %s; right is:\n  helm upgrade --install %s <chart> -f values-%s.yaml -n %s" $namespace .data.release $.Release.Name $.Release.Namespace .data.release $.Values.environment $namespace | fail -}}
{{- end -}}
{{- $platform = mustFromJson .data.values -}}
{{- else -}}
{{- $missing := include "erp.platform.missing" . -}}
{{- if $missing -}}
{{- with include "erp.platform.mark" (dict "root" $ "namespace" $namespace) -}}
{{- printf "the CDK app made this cluster, but there is no ConfigMap erp-platform in namespace %s, and without it the release would lose what the values do not name:\n%s\nEither the values file is of another environment, or the ConfigMap has been deleted, and then right is:\n  %s" $namespace $missing . | fail -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- /* Half an entry would become a service without name and port. */ -}}
{{- range $key := keys (default dict $platform.services) -}}
{{- if not (hasKey $.Values.services $key) }}{{ $_ := unset $platform.services $key }}{{ end -}}
{{- end -}}
{{- $replaced := include "erp.platform.replaced" (dict "values" .Values "platform" $platform "path" "") -}}
{{- $_ := set . "Platform" (dict "found" (not (empty $platform)) "replaced" (splitList "\n" $replaced | compact)) -}}
{{- $_ := set . "Values" (mergeOverwrite .Values $platform) -}}
{{- range $name := list "mysql" "mongodb" -}}
{{- $secret := get $.Values.secrets $name -}}
{{- if not $secret.key }}{{ $_ := set $secret "key" (printf "erp/%s/%s" $.Values.environment $name) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
The command that puts an environment of the CDK app right, or nothing on a cluster of somebody else. The CDK app marks with it
what it makes around the release. Where the namespace is there, nothing outside of what a release changes anyway is
read: whoever installs may have no rights beyond it. Takes (dict "root" $ "namespace" NAMESPACE).
*/}}
{{- define "erp.platform.mark" -}}
{{- $values := .root.Values -}}
{{- $places := list (list "v1" "Namespace" .namespace) -}}
{{- with $values.xray.daemonSet }}{{ if and .enabled .createNamespace -}}
{{- $places = append $places (list "v1" "Namespace" (include "erp.xrayNamespace" $.root)) -}}
{{- end }}{{ end -}}
{{- if not (lookup "v1" "Namespace" "" .namespace) -}}
{{- $places = append $places (list "storage.k8s.io/v1" "StorageClass" $values.storageClass.name) -}}
{{- end -}}
{{- $mark := "" -}}
{{- range $place := $places -}}
{{- if not $mark -}}
{{- with lookup (index $place 0) (index $place 1) "" (index $place 2) -}}
{{- $mark = dig "annotations" "erp-platform/reapply" "" .metadata -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $mark -}}
{{- end }}

{{/*
What the platform would have to say, one a line. The CDK app names it in the values of its own release as well, so that one
needs no ConfigMap: a deployment that is refused in the middle could not be rolled back either.
*/}}
{{- define "erp.platform.missing" -}}
{{- $missing := list -}}
{{- if not .Values.global.imageRegistry }}{{ $missing = append $missing "  global.imageRegistry" }}{{ end -}}
{{- if not .Values.employeeService.host }}{{ $missing = append $missing "  employeeService.host" }}{{ end -}}
{{- range $key, $service := include "erp.services" . | fromJson -}}
{{- if not $service.targetGroup.arn }}{{ $missing = append $missing (printf "  services.%s.targetGroup.arn" $key) }}{{ end -}}
{{- end -}}
{{- join "\n" $missing -}}
{{- end }}

{{/* Texts of the values that the platform replaces by others, one a line. Takes (dict "values" V "platform" P "path" PREFIX). */}}
{{- define "erp.platform.replaced" -}}
{{- range $key, $value := .platform -}}
{{- $path := printf "%s%s" $.path $key -}}
{{- $old := get (default dict $.values) $key -}}
{{- if kindIs "map" $value -}}
{{ include "erp.platform.replaced" (dict "values" $old "platform" $value "path" (printf "%s." $path)) }}
{{- else if and (kindIs "string" $value) $old (ne (toString $old) $value) -}}
{{ printf "%s: %s instead of %s\n" $path $value (toString $old) }}
{{- end -}}
{{- end -}}
{{- end }}
