/** The API writes it into every request, over whatever a client has sent. */
export const ENTRY_HEADER = 'x-erp-entry';
