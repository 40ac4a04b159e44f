import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import type { Template } from 'aws-cdk-lib/assertions';
import { type Manifest, parseManifests } from '../../../../lib/assembly/kubernetes/manifests';
import { HELM } from '../../../helm';
import { CHART, helmValues, temporaryFolder } from '../../synth';

/** A value of the kind that a token stands for. */
export function plausible(token: string): string {
  const targetGroup = /Targets(\w+?)[0-9A-F]{8}/.exec(token)?.[1];
  if (targetGroup) return `arn:aws:elasticloadbalancing:ap-northeast-2:111111111111:targetgroup/${targetGroup}/1`;
  const released = /'ReleasedImages\w*','(\w+)'/.exec(token)?.[1];
  if (released) return `released-${released}`;
  if (token.includes('AccountId')) return '111111111111';
  if (token.includes('URLSuffix')) return 'amazonaws.com';
  return token.includes('BootstrapBroker') ? 'b-1.example.com:9094,b-2.example.com:9094' : 'nlb.example.com';
}

/** What Helm makes of the bundled chart with exactly the values that a workloads stack passes. */
export function release(workloads: Template, namespace: string, kubernetesVersion = '1.31'): Manifest[] {
  const folder = temporaryFolder();
  // The files that the asset leaves out.
  fs.cpSync(CHART, path.join(folder, 'chart'), {
    recursive: true,
    filter: (file) => !/values-.*\.yaml$|README\.md$|CHANGELOG\.md$|\.helmignore$/.test(file),
  });
  const values = path.join(folder, 'values.json');
  fs.writeFileSync(values, JSON.stringify(helmValues(workloads, 'erp-microservices', plausible)));
  const args = [
    'template',
    'erp-microservices',
    path.join(folder, 'chart'),
    '--values',
    values,
    '--namespace',
    namespace,
  ];
  return parseManifests(
    execFileSync(HELM, [...args, '--kube-version', `v${kubernetesVersion}.14-eks-1234567`], { encoding: 'utf8' }),
  );
}
