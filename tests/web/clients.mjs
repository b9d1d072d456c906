// Watches a log of changes that grows, with the public clients of graphql-transport-ws and graphql-sse: what they are told,
// that they resume where they were, and how they learn of errors.
//
//   node clients.mjs http://127.0.0.1:8000/graphql
import { createClient as createSse } from 'graphql-sse';
import { createClient as createSocket } from 'graphql-ws';
import WebSocket from 'ws';

const [url] = process.argv.slice(2);
if (url === undefined) {
  console.error('Usage: node clients.mjs URL');
  process.exit(2);
}

const CHANGES = 'subscription Changes($after: String) { changes(after: $after) { cursor recordId } }';
const WANTED = 5;

const socket = createSocket({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
const stream = createSse({ url, retryAttempts: 0 });

/** The first changes after a cursor; then the subscription is ended. */
async function changes(client, after) {
  const told = [];
  for await (const { data, errors } of client.iterate({ query: CHANGES, variables: { after } })) {
    if (errors !== undefined) {
      throw new Error(JSON.stringify(errors));
    }
    told.push(data.changes);
    if (told.length === WANTED) {
      break;
    }
  }
  return told;
}

/** Every answer to an operation, up to its end; or the errors it was refused with. */
async function answers(client, query) {
  const told = [];
  try {
    for await (const answer of client.iterate({ query })) {
      told.push(answer);
    }
  } catch (refused) {
    return { refused };
  }
  return told;
}

const found = {};
for (const [name, client] of [
  ['socket', socket],
  ['stream', stream],
]) {
  const first = await changes(client, null);
  const second = await changes(client, first.at(-1).cursor);
  found[name] = {
    records: [...first, ...second].map((change) => change.recordId),
    query: await answers(client, '{ __typename }'),
    refused: await answers(client, '{ nothing }'),
  };
}
const other = createSocket({
  url: url.replace(/^http/, 'ws'),
  webSocketImpl: WebSocket,
  retryAttempts: 0,
  connectionParams: { authorization: 'Bearer gxt_wrong' },
});
found.wrongToken = await answers(other, '{ __typename }').then(({ refused }) => refused?.code);
console.log(JSON.stringify(found));
process.exit(0);
