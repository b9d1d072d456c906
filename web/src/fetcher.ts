// Sends an operation to this server: subscriptions over a WebSocket, all others as requests. An answer that is not JSON
// becomes a sentence, not a parse error.
import type { FetcherParams, FetcherOpts } from '@graphiql/toolkit';
import { getOperationAST, type ExecutionResult } from 'graphql';
import { createClient } from 'graphql-ws';

// Resolved against the page, so that a proxy may serve everything below a path of its own.
export const endpoint = new URL('graphql', document.baseURI);
const socket = new URL(endpoint);
socket.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';

export function ask(
  params: FetcherParams,
  options?: FetcherOpts,
): Promise<ExecutionResult> | AsyncIterable<ExecutionResult> {
  const operation = options?.documentAST && getOperationAST(options.documentAST, params.operationName);
  return operation?.operation === 'subscription' ? watch(params, options) : request(params, options);
}

/** Each subscription has a socket of its own, because the headers belong to it; the socket closes with it. */
function watch(params: FetcherParams, options?: FetcherOpts): AsyncIterable<ExecutionResult> {
  const client = createClient({
    url: socket.href,
    // The server reads here what pages cannot send with a handshake: authorization and guanxi-view.
    connectionParams: { ...options?.headers },
    // A new socket would begin with what is recorded from then on, and leave out what happened in between.
    retryAttempts: 0,
  });
  return client.iterate({
    query: params.query,
    operationName: params.operationName,
    variables: params.variables as Record<string, unknown> | undefined,
  }) as AsyncIterable<ExecutionResult>;
}

async function request(params: FetcherParams, options?: FetcherOpts): Promise<ExecutionResult> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      // A request error then answers 400 and says so in the browser's network panel.
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...options?.headers,
      'content-type': 'application/json',
    },
    body: JSON.stringify(params),
  });
  const text = await answer.text();
  try {
    return JSON.parse(text) as ExecutionResult;
  } catch {
    const said = text === '' ? 'nothing' : `"${text.slice(0, 200)}"`;
    throw new Error(`The server answered ${answer.status} and ${said}, which is not JSON.`);
  }
}
