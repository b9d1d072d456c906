// Sends an operation to this server. An answer that is not JSON becomes a sentence, not a parse error.
import type { FetcherParams, FetcherOpts } from '@graphiql/toolkit';
import type { ExecutionResult } from 'graphql';

// Resolved against the page, so that a proxy may serve everything below a path of its own.
const endpoint = new URL('graphql', document.baseURI);

export async function ask(params: FetcherParams, options?: FetcherOpts): Promise<ExecutionResult> {
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
