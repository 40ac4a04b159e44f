import type { EnvironmentName } from '../../config/environment';

/** Folder of the parameters that name the released image tags. */
export function imageParameterFolder(environment: EnvironmentName): string {
  return `/erp/${environment}/images`;
}

/** Parameter with the image tag that a service runs; written by the pipeline after each successful release. */
export function imageParameter(environment: EnvironmentName, service: string): string {
  return `${imageParameterFolder(environment)}/${service}`;
}
