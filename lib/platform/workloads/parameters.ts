/** Folder of the parameters that name the released image tags. */
export function imageParameterFolder(environment: string): string {
  return `/erp/${environment}/images`;
}

/** Parameter with the image tag that a service runs; written by the pipeline after each successful release. */
export function imageParameter(environment: string, service: string): string {
  return `${imageParameterFolder(environment)}/${service}`;
}
