// The server under test.

const { CASELOAD_ADDRESS, CASELOAD_TOKEN, CASELOAD_AGENT } = process.env;

export const url = `http://${CASELOAD_ADDRESS}/graphql`;
export const socketUrl = `ws://${CASELOAD_ADDRESS}/graphql/ws`;
export const owner = `Bearer ${CASELOAD_TOKEN}`;
export const agent = `Bearer ${CASELOAD_AGENT}`;

/** `fetch` with the owner's token. */
export function fetchAsOwner(input, init = {}) {
  return fetch(input, { ...init, headers: { ...init.headers, authorization: owner } });
}
