import openapi from '../openapi.json';

/** The document, packed by the build; not there where the sources run as they are. */
declare const PACKED_CONTRACT: string;

/** The OpenAPI document as it is served. */
export function servedContract(): string {
  if (typeof PACKED_CONTRACT === 'undefined') return JSON.stringify(openapi);
  // Loaded with the first call for the document, which few are.
  return process.getBuiltinModule('node:zlib').gunzipSync(Buffer.from(PACKED_CONTRACT, 'base64')).toString();
}
