// A server that starts on a busy machine takes longer than jest's five seconds.
jest.setTimeout(60_000);
