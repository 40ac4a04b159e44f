// Command apivalidation decodes rendered manifests as strictly as the Kubernetes API server can, sets its defaults and runs
// its own validation: port names, probes, selectors, spread constraints, quantities and all else that no schema says.
// Custom resources are counted and left to kubectl-validate.
//
//	apivalidation < manifests.yaml
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	autoscalingvalidation "k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/kubernetes/pkg/apis/scheduling"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	schedulingvalidation "k8s.io/kubernetes/pkg/apis/scheduling/validation"
	"k8s.io/kubernetes/pkg/apis/storage"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
	storagevalidation "k8s.io/kubernetes/pkg/apis/storage/validation"
)

func podOptions(template *core.PodTemplateSpec) corevalidation.PodValidationOptions {
	return podutil.GetValidationOptionsFromPodTemplate(template, nil)
}

// validate runs the API server's checks for a new object. ok is false for a kind that has none here.
func validate(object runtime.Object) (problems field.ErrorList, ok bool) {
	switch o := object.(type) {
	case *apps.Deployment:
		return appsvalidation.ValidateDeployment(o, podOptions(&o.Spec.Template)), true
	case *apps.StatefulSet:
		problems := appsvalidation.ValidateStatefulSet(o, podOptions(&o.Spec.Template))
		// The API server accepts any pod template here and fails at the pods, so they are validated as it would them.
		pods := o.Spec.Template.DeepCopy()
		for _, claim := range o.Spec.VolumeClaimTemplates {
			source := core.VolumeSource{PersistentVolumeClaim: &core.PersistentVolumeClaimVolumeSource{ClaimName: claim.Name}}
			pods.Spec.Volumes = append(pods.Spec.Volumes, core.Volume{Name: claim.Name, VolumeSource: source})
		}
		path := field.NewPath("spec", "template")
		return append(problems, corevalidation.ValidatePodTemplateSpec(pods, path, podOptions(pods))...), true
	case *apps.DaemonSet:
		return appsvalidation.ValidateDaemonSet(o, podOptions(&o.Spec.Template)), true
	case *batch.Job:
		// The API server generates a selector and the labels for it before it validates.
		manual := true
		o.Spec.ManualSelector = &manual
		o.Spec.Selector = &metav1.LabelSelector{MatchLabels: o.Spec.Template.Labels}
		return batchvalidation.ValidateJob(o, batchvalidation.JobValidationOptions{
			PodValidationOptions: podOptions(&o.Spec.Template),
		}), true
	case *autoscaling.HorizontalPodAutoscaler:
		return autoscalingvalidation.ValidateHorizontalPodAutoscaler(o), true
	case *networking.NetworkPolicy:
		return networkingvalidation.ValidateNetworkPolicy(o, networkingvalidation.NetworkPolicyValidationOptions{}), true
	case *policy.PodDisruptionBudget:
		return policyvalidation.ValidatePodDisruptionBudget(o, policyvalidation.PodDisruptionBudgetValidationOptions{}), true
	case *scheduling.PriorityClass:
		return schedulingvalidation.ValidatePriorityClass(o), true
	case *storage.StorageClass:
		return storagevalidation.ValidateStorageClass(o), true
	case *core.Service:
		if o.Spec.ClusterIP == core.ClusterIPNone {
			o.Spec.ClusterIPs = []string{core.ClusterIPNone} // as the API server does before it validates
		}
		return corevalidation.ValidateServiceCreate(o), true
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccount(o), true
	case *core.ConfigMap:
		return corevalidation.ValidateConfigMap(o), true
	case *core.Namespace:
		return corevalidation.ValidateNamespace(o), true
	case *core.LimitRange:
		return corevalidation.ValidateLimitRange(o), true
	case *core.ResourceQuota:
		return corevalidation.ValidateResourceQuota(o), true
	}
	return nil, false
}

// check decodes one document and returns what is wrong with it. custom is true for a kind that Kubernetes itself has not.
func check(document []byte) (problems []error, custom bool) {
	scheme := legacyscheme.Scheme
	strict := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{Yaml: true, Strict: true})
	versioned, kind, err := strict.Decode(document, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		return nil, true
	}
	if err != nil {
		return []error{err}, false
	}
	scheme.Default(versioned)
	object, err := scheme.UnsafeConvertToVersion(versioned, runtime.InternalGroupVersioner)
	if err != nil {
		return []error{err}, false
	}
	found, known := validate(object)
	if !known {
		return []error{fmt.Errorf("%s is not validated here: add it", kind)}, false
	}
	for _, problem := range found {
		problems = append(problems, problem)
	}
	return problems, false
}

func run() error {
	objects, customs, problems := 0, 0, 0
	documents := yaml.NewYAMLReader(bufio.NewReader(os.Stdin))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var head struct {
			Kind     string
			Metadata struct{ Name string }
		}
		if err := yaml.Unmarshal(document, &head); err != nil {
			return err
		}
		if head.Kind == "" {
			continue // nothing but comments
		}
		found, custom := check(document)
		objects++
		if custom {
			customs++
		}
		for _, problem := range found {
			problems++
			fmt.Printf("%s %s: %v\n", head.Kind, head.Metadata.Name, problem)
		}
	}
	fmt.Printf("%d objects, of which %d custom resources, %d problems\n", objects, customs, problems)
	if problems > 0 || objects == 0 {
		return errors.New("the API server would refuse this")
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "apivalidation:", err)
		os.Exit(1)
	}
}
