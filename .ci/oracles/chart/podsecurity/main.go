// Command podsecurity checks rendered manifests against the Pod Security Standard "restricted" with the evaluator of the
// Kubernetes API server itself. Namespaces given as arguments are exempt, and must need it.
//
//	podsecurity [-exempt NAMESPACE]... < manifests.yaml
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// podOf returns the pod that an object makes, or nil.
func podOf(object runtime.Object) (metav1.Object, *corev1.PodTemplateSpec) {
	switch o := object.(type) {
	case *appsv1.Deployment:
		return o, &o.Spec.Template
	case *appsv1.StatefulSet:
		return o, &o.Spec.Template
	case *appsv1.DaemonSet:
		return o, &o.Spec.Template
	case *batchv1.Job:
		return o, &o.Spec.Template
	case *batchv1.CronJob:
		return o, &o.Spec.JobTemplate.Spec.Template
	case *corev1.Pod:
		return o, &corev1.PodTemplateSpec{ObjectMeta: o.ObjectMeta, Spec: o.Spec}
	}
	return nil, nil
}

func run() error {
	var exempt []string
	flag.Func("exempt", "namespace that does not enforce the standard", func(name string) error {
		exempt = append(exempt, name)
		return nil
	})
	flag.Parse()

	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	if err != nil {
		return err
	}
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.MajorMinorVersion(1, 31)}

	pods, problems := 0, 0
	needed := map[string]bool{}
	documents := yaml.NewYAMLReader(bufio.NewReader(os.Stdin))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		object, _, err := scheme.Codecs.UniversalDeserializer().Decode(document, nil, nil)
		if runtime.IsNotRegisteredError(err) || runtime.IsMissingKind(err) {
			continue // a custom resource, or nothing but comments
		}
		if err != nil {
			return err
		}
		owner, pod := podOf(object)
		if pod == nil {
			continue
		}
		pods++
		result := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec))
		if result.Allowed {
			continue
		}
		if slices.Contains(exempt, owner.GetNamespace()) {
			needed[owner.GetNamespace()] = true
			continue
		}
		problems++
		fmt.Printf("%s/%s: %s: %s\n", owner.GetNamespace(), owner.GetName(), result.ForbiddenReason(), result.ForbiddenDetail())
	}
	for _, name := range exempt {
		if !needed[name] {
			problems++
			fmt.Printf("namespace %s is exempt but no pod in it needs that\n", name)
		}
	}
	if pods == 0 {
		return errors.New("no pods in the input")
	}
	fmt.Printf("%d pods, %d problems\n", pods, problems)
	if problems > 0 {
		return errors.New("not restricted")
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "podsecurity:", err)
		os.Exit(1)
	}
}
