import { join } from 'node:path';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3assets from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { type KubectlPackage, LAYER_ZIP, kubectlPackageFolder } from '../../config/kubectl-package';

/** Where the kubectl and Helm of a deployment come from. */
export interface KubectlSource {
  /** The layer of the functions that apply manifests and charts. */
  readonly layer: (scope: Construct, id: string, from: KubectlPackage) => lambda.ILayerVersion;

  /** The same programs as a zip file in S3, for builds. */
  readonly archive: (scope: Construct, id: string, from: KubectlPackage) => s3.Location;
}

/** Out of the npm package of the Kubernetes version. A package that is missing is a ConfigurationError. */
export const installedKubectl: KubectlSource = {
  layer: (scope, id, from) => {
    const { package: name, version, className } = from;
    kubectlPackageFolder(from);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- which package it is follows from the config
    const installed = require(name) as Record<
      string,
      (new (scope: Construct, id: string) => lambda.ILayerVersion) | undefined
    >;
    const Layer = installed[className];
    if (!Layer)
      throw new Error(`The package ${name} exports no ${className}. Run: npm install --save-exact ${name}@${version}`);
    return new Layer(scope, id);
  },
  archive: (scope, id, from) => {
    const asset = new s3assets.Asset(scope, id, { path: join(kubectlPackageFolder(from), LAYER_ZIP) });
    return { bucketName: asset.s3BucketName, objectKey: asset.s3ObjectKey };
  },
};
