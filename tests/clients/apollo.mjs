// Apollo Client over its InMemoryCache against a running server: what is read from the cache is what the server answered, for
// every question of the documentation, for views side by side, changes, paging and a live subscription.
//
//   node --conditions=development apollo.mjs http://127.0.0.1:8000/graphql ../../README.md
//
// With the condition, Apollo Client says what it warns about; every warning is a failure.
import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { parse, print } from 'graphql';
import { createClient as createSocket } from 'graphql-ws';
import WebSocket from 'ws';
import { listingArguments, nodeTypes, pageTypePolicies, plainFields, possibleTypes } from './config.mjs';
import * as scenario from './scenario.mjs';
import {
  Findings,
  ask,
  asQuery,
  collectWarnings,
  documentedQuestions,
  fetchSchema,
  scriptArguments,
  until,
  withIds,
} from './shared.mjs';

const [url, readme] = scriptArguments('node --conditions=development apollo.mjs URL README', 2);
const schema = await fetchSchema(url);
const findings = new Findings();
const warnings = collectWarnings();
const now = new Date().toISOString();

/** A client with the documented configuration; `responses` keeps the answers that came over the wire. */
function newClient({ typePolicies, headers, link = (http) => http } = {}) {
  const responses = [];
  const http = new HttpLink({
    uri: url,
    headers,
    fetch: async (target, options) => {
      const response = await fetch(target, options);
      responses.push(await response.clone().json());
      return response;
    },
  });
  const cache = new InMemoryCache({ possibleTypes: possibleTypes(schema), typePolicies });
  const client = new ApolloClient({ link: link(http), cache });
  return { client, responses };
}

/** What the cache alone answers to a query; undefined when it lacks something. */
function readCache(client, query, variables) {
  return client.readQuery({ query, variables }) ?? undefined;
}

/** Carries out a mutation and answers what the cache holds of its payload. */
async function mutateAndRead(client, mutation, variables) {
  await client.mutate({ mutation, variables, keepRootFields: true });
  const query = client.cache.transformDocument(asQuery(mutation));
  return client.cache.read({ rootId: 'ROOT_MUTATION', query, variables, optimistic: false }) ?? undefined;
}

/** The objects of a cache by their ids, each with those fields that scenario.refetchNodes can ask for once more. */
function cachedNodes(client) {
  const types = new Map(nodeTypes(schema).map((type) => [type.name, plainFields(type)]));
  const objects = Object.values(client.cache.extract()).filter((object) => types.has(object.__typename));
  return Object.fromEntries(
    objects.map((object) => [
      object.id,
      Object.fromEntries(
        types
          .get(object.__typename)
          .filter((name) => name in object)
          .map((name) => [name, object[name]]),
      ),
    ]),
  );
}

async function refetchingGivesWhatWasSeen(group, client) {
  const objects = cachedNodes(client);
  const again = await scenario.refetchNodes(url, schema, objects);
  for (const [id, object] of Object.entries(objects)) {
    findings.equal(group, `nodes(ids: ["${id}"])`, again[id], object);
  }
  findings.facts[`${group}: objects`] = Object.keys(objects).length;
}

await findings.group('documentation as written', async (group) => {
  for (const { title, document } of documentedQuestions(readme).filter(({ kind }) => kind === 'query')) {
    const { client } = newClient();
    const query = parse(document);
    await client.query({ query });
    findings.equal(group, title, readCache(client, query), await ask(url, document));
  }
});

await findings.group('documentation in one cache', async (group) => {
  const { client, responses } = newClient();
  const answers = [];
  for (const { title, document, kind } of documentedQuestions(readme)) {
    const query = withIds(schema, parse(document));
    if (kind === 'query') {
      await client.query({ query });
      findings.equal(group, title, readCache(client, query), await ask(url, print(query)));
      answers.push({ title, query, answer: responses.at(-1).data });
    } else {
      findings.equal(group, title, await mutateAndRead(client, query), responses.at(-1).data);
    }
  }
  for (const { title, query, answer } of answers) {
    findings.equal(group, `${title} (after all others)`, readCache(client, query), answer);
  }
  await refetchingGivesWhatWasSeen('documentation refetched', client);
});

await findings.group('views side by side', async (group) => {
  const { client } = newClient();
  const all = parse(scenario.allViews(now));
  const one = parse(scenario.ONE_VIEW);
  await client.query({ query: all });
  for (const view of Object.values(scenario.views(now))) {
    await client.query({ query: one, variables: { id: 'alipay', view } });
  }
  findings.equal(group, 'all in one request', readCache(client, all), await ask(url, print(all)));
  const ids = new Set();
  for (const [name, view] of Object.entries(scenario.views(now))) {
    const variables = { id: 'alipay', view };
    const answer = await ask(url, scenario.ONE_VIEW, variables);
    ids.add(answer.company.id);
    findings.equal(group, name, readCache(client, one, variables), answer);
  }
  findings.equal(group, 'as many ids as views', ids.size, Object.keys(scenario.views(now)).length);
  await refetchingGivesWhatWasSeen('views refetched', client);
});

await findings.group('header', async (group) => {
  const view = { asOf: '2014-11-28' };
  const { client } = newClient({ headers: { 'Guanxi-View': JSON.stringify(view) } });
  const query = parse(scenario.ONE_VIEW);
  await client.query({ query, variables: { id: 'paypal' } });
  findings.equal(
    group,
    'as by the argument',
    readCache(client, query, { id: 'paypal' }),
    await ask(url, scenario.ONE_VIEW, { id: 'paypal', view }),
  );
});

await findings.group('mutation', async (group) => {
  const { client, responses } = newClient();
  const query = parse(scenario.CHANGED_QUERY);
  const plain = { id: scenario.CHANGED };
  const others = Object.values(scenario.views(new Date().toISOString())).filter((view) => view !== undefined);
  await client.query({ query, variables: plain });
  for (const view of others) {
    await client.query({ query, variables: { ...plain, view } });
  }
  const [before, ...throughViews] = [plain, ...others.map((view) => ({ ...plain, view }))].map(
    (variables) => readCache(client, query, variables).company,
  );
  const notifications = [];
  client
    .watchQuery({ query, variables: plain, fetchPolicy: 'cache-first' })
    .subscribe(({ data }) => data && notifications.push(data.company.description));

  const mutation = parse(scenario.CHANGE);
  // An argument names the thing, whatever view its id carries.
  const { upsertEntities: payload } = await mutateAndRead(client, mutation, {
    id: throughViews[0].id,
    description: `Changed at ${now}`,
  });
  findings.equal(group, 'the payload', payload, responses.at(-1).data.upsertEntities);
  const [change] = payload.changes;
  findings.equal(group, 'before', change.before.description, before.description);
  findings.equal(group, 'after', change.after.description, `Changed at ${now}`);
  findings.equal(group, 'the plain object', readCache(client, query, plain).company.description, `Changed at ${now}`);
  await until(() => notifications.at(-1) === `Changed at ${now}`, 'the watched query is notified of the mutation');
  findings.equal(group, 'notifications of the watched query', notifications, [before.description, `Changed at ${now}`]);
  others.forEach((view, index) =>
    findings.equal(
      group,
      `through ${JSON.stringify(view)}`,
      readCache(client, query, { ...plain, view }).company,
      throughViews[index],
    ),
  );

  const ids = [...throughViews.map(({ id }) => id), change.before.id, change.after.id];
  const { data } = await client.query({
    query: parse(scenario.CHANGED_NODES),
    variables: { ids },
    fetchPolicy: 'network-only',
  });
  data.nodes.forEach((node, index) => {
    const past = ids[index].includes('knownAt') && ids[index] !== change.after.id;
    findings.equal(group, `${ids[index]} refetched`, node.description, past ? before.description : `Changed at ${now}`);
  });
  others.forEach((view, index) => {
    const expected = view.knownAt === undefined ? `Changed at ${now}` : before.description;
    findings.equal(
      group,
      `through ${JSON.stringify(view)}, after the refetch`,
      readCache(client, query, { ...plain, view }).company.description,
      expected,
    );
    findings.equal(group, 'its id', readCache(client, query, { ...plain, view }).company.id, throughViews[index].id);
  });
  await client.mutate({ mutation, variables: { id: scenario.CHANGED, description: before.description } });
  findings.equal(group, 'changed back', readCache(client, query, plain).company.description, before.description);
});

await findings.group('changes and diff', async (group) => {
  const { client } = newClient();
  const [log, diff] = [parse(scenario.LOG), parse(scenario.DIFF)];
  await client.query({ query: log });
  findings.equal(group, 'changes', readCache(client, log), await ask(url, scenario.LOG));
  for (const change of readCache(client, log).changes.nodes.filter(({ action }) => action === 'UPDATED')) {
    findings.holds(
      group,
      `${change.recordId}: before and after are apart`,
      change.before.id !== change.after.id && change.before.version !== change.after.version,
    );
  }
  for (const variables of [
    { of: 'paypal', from: { asOf: '2014-11-28' }, to: { asOf: '2016-11-28' } },
    { of: scenario.CHANGED, from: { knownAt: now }, to: {} },
    { from: { asOf: '2014-11-28' }, to: { ever: true } },
  ]) {
    await client.query({ query: diff, variables });
    findings.equal(
      group,
      `diff ${JSON.stringify(variables)}`,
      readCache(client, diff, variables),
      await ask(url, scenario.DIFF, variables),
    );
  }
  await refetchingGivesWhatWasSeen('changes refetched', client);
});

await findings.group('subscription', async (group) => {
  const socket = createSocket({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  const live = new GraphQLWsLink(socket);
  const { client } = newClient({
    link: (http) => ApolloLink.split(({ operationType }) => operationType === 'subscription', live, http),
  });
  const query = parse(scenario.CHANGED_QUERY);
  const variables = { id: scenario.CHANGED };
  await client.query({ query, variables });
  const { description } = readCache(client, query, variables).company;
  const events = [];
  const subscription = client
    .subscribe({ query: parse(scenario.WATCH), variables: { ids: [scenario.CHANGED] } })
    .subscribe(({ data, error }) => events.push(data ?? error));
  await scenario.subscriptionStart();
  const { changes } = await scenario.changeBehind(url, `Watched at ${now}`);
  await until(() => events.length === 1, 'an event of the subscription');
  const event = events[0].entityChanged;
  scenario.checkEvent(findings, group, event, changes[0]);
  findings.equal(
    group,
    'the object in the cache after the event',
    readCache(client, query, variables).company.description,
    `Watched at ${now}`,
  );
  await client.query({
    query: parse(scenario.CHANGED_NODES),
    variables: { ids: [event.recordId] },
    fetchPolicy: 'network-only',
  });
  findings.equal(
    group,
    'the object in the cache after nodes(ids:) with its recordId',
    readCache(client, query, variables).company.description,
    `Watched at ${now}`,
  );
  subscription.unsubscribe();
  await scenario.changeBehind(url, description);
  await socket.dispose();
});

await findings.group('subscription over HTTP', async (group) => {
  // Apollo's own link for plain HTTP, which asks for multipart/mixed.
  const cache = new InMemoryCache({ possibleTypes: possibleTypes(schema) });
  const client = new ApolloClient({ link: new HttpLink({ uri: url }), cache });
  const query = parse(scenario.CHANGED_QUERY);
  const variables = { id: scenario.CHANGED };
  await client.query({ query, variables });
  const { description } = readCache(client, query, variables).company;
  const watched = [[scenario.CHANGED], [scenario.CHANGED, 'paypal']].map((ids) => {
    const events = [];
    const subscription = client
      .subscribe({ query: parse(scenario.WATCH), variables: { ids } })
      .subscribe(({ data, error }) => events.push(data ?? error));
    return { events, subscription };
  });
  await scenario.subscriptionStart();
  const { changes } = await scenario.changeBehind(url, `Watched over HTTP at ${now}`);
  for (const { events } of watched) {
    // At once, and not when the next event or sign of life comes.
    await until(() => events.length === 1, 'an event of the subscription over HTTP');
    scenario.checkEvent(findings, group, events[0].entityChanged, changes[0]);
  }
  findings.equal(
    group,
    'the object in the cache after the event',
    readCache(client, query, variables).company.description,
    `Watched over HTTP at ${now}`,
  );
  watched[0].subscription.unsubscribe();
  await scenario.changeBehind(url, description);
  await until(() => watched[1].events.length === 2, 'a further event for who still watches');
  findings.equal(group, 'no event for who has left', watched[0].events.length, 1);
  watched[1].subscription.unsubscribe();

  const refused = [];
  client
    .subscribe({ query: parse(scenario.WATCH), variables: { ids: [] } })
    .subscribe({ next: ({ error }) => refused.push(error), error: (error) => refused.push(error) });
  await until(() => refused.length === 1, 'why nothing is watched');
  findings.equal(group, 'errors before the first event', refused[0]?.errors?.[0]?.extensions?.code, 'BAD_USER_INPUT');
});

await findings.group('paging', async (group) => {
  const pages = relayStylePagination(listingArguments);
  const { client } = newClient({
    typePolicies: {
      ...pageTypePolicies(schema),
      Query: { fields: { companies: pages } },
      Company: { fields: { relationships: pages } },
    },
  });
  const query = parse(scenario.PAGE);
  // The first pages first, so that later pages could end up in the wrong listing.
  for (const listing of scenario.LISTINGS) {
    await client.query({ query, variables: { first: 20, ...listing } });
  }
  for (const listing of scenario.LISTINGS) {
    const page = await allPages(client, query, { first: 20, ...listing }, ({ companies }) => companies);
    const whole = await ask(url, scenario.PAGE, { first: 1000, ...listing });
    findings.equal(group, JSON.stringify(listing), nodesOf(page), nodesOf(whole.companies));
  }

  const relationships = gql`
    query Relationships($id: ID!, $first: Int, $after: String, $view: ViewInput) {
      company(by: { id: $id }, view: $view) {
        id
        relationships(first: $first, after: $after) { edges { cursor node { id sentence } } pageInfo { hasNextPage endCursor } }
      }
    }
  `;
  const views = [undefined, { asOf: '2014-11-28' }];
  for (const view of views) {
    await client.query({ query: relationships, variables: { id: 'alibaba', first: 5, view } });
  }
  for (const view of views) {
    const page = await allPages(
      client,
      relationships,
      { id: 'alibaba', first: 5, view },
      ({ company }) => company.relationships,
    );
    const whole = await ask(url, print(relationships), { id: 'alibaba', first: 1000, view });
    findings.equal(group, `of one company, ${JSON.stringify(view)}`, nodesOf(page), nodesOf(whole.company.relationships));
  }
});

function nodesOf(connection) {
  return connection.edges.map(({ node }) => node);
}

/** Fetches more until there is no more, and answers what the cache then has. */
async function allPages(client, query, variables, connection) {
  const listing = client.watchQuery({ query, variables });
  for (let page = 0; page < 100; page += 1) {
    const read = connection(readCache(client, query, variables));
    if (!read.pageInfo.hasNextPage) {
      return read;
    }
    await listing.fetchMore({ variables: { after: read.pageInfo.endCursor } });
  }
  throw new Error('paging does not end');
}

await findings.group('two selections of one page', async (group) => {
  const nodes = gql`{ company(by: { id: "alibaba" }) { id holdings { nodes { id name } } } }`;
  const edges = gql`{ company(by: { id: "alibaba" }) { id holdings { edges { relationship { id sentence } } totalCount } } }`;
  const { client } = newClient({ typePolicies: pageTypePolicies(schema) });
  for (const query of [nodes, edges]) {
    await client.query({ query });
  }
  for (const query of [nodes, edges]) {
    findings.equal(group, print(query), readCache(client, query), await ask(url, print(query)));
  }
});

await findings.group('optimistic change', async (group) => {
  const { client } = newClient();
  const query = parse(scenario.CHANGED_QUERY);
  const variables = { id: scenario.CHANGED };
  await client.query({ query, variables });
  const before = readCache(client, query, variables).company;
  const descriptions = [];
  client.watchQuery({ query, variables }).subscribe(({ data }) => data && descriptions.push(data.company.description));
  const optimisticResponse = (description) => ({
    upsertEntities: {
      __typename: 'UpsertEntitiesPayload',
      entities: [{ __typename: 'Company', id: scenario.CHANGED, description, version: before.version + 1 }],
      changes: [],
      userErrors: [],
    },
  });
  const change = (description, expectedVersion) =>
    client.mutate({
      mutation: parse(scenario.CHANGE),
      variables: { ...variables, description, expectedVersion },
      optimisticResponse: optimisticResponse(description),
    });

  const refusal = await change('Hoped for', before.version + 7);
  findings.equal(
    group,
    'the version is refused',
    refusal.data.upsertEntities.userErrors.map(({ code }) => code),
    ['CONFLICT'],
  );
  await until(() => descriptions.length === 3, 'shown at first, hoped for, rolled back');
  findings.equal(group, 'rolled back', descriptions, [before.description, 'Hoped for', before.description]);
  findings.equal(group, 'the cache', readCache(client, query, variables).company, before);

  await change('Hoped for', before.version);
  findings.equal(group, 'accepted', readCache(client, query, variables).company, {
    id: scenario.CHANGED,
    description: 'Hoped for',
    version: before.version + 1,
  });
  await scenario.changeBehind(url, before.description);
});

await findings.group('persisted queries', async (group) => {
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  for (const useGETForHashedQueries of [false, true]) {
    const { client, responses } = newClient({
      link: (http) => new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(http),
    });
    const [first, second] = ['paypal', 'ebay'].map((id) => parse(`query Named { company(by: {id: "${id}"}) { id name } }`));
    for (const query of [first, second]) {
      await client.query({ query });
      findings.equal(group, print(query), readCache(client, query), await ask(url, print(query)));
    }
    const codes = responses.map(({ errors }) => errors?.[0].extensions.code ?? 'answered');
    findings.equal(group, 'the hash is refused once, then whole queries are responses', codes, [
      'PERSISTED_QUERY_NOT_SUPPORTED',
      'answered',
      'answered',
    ]);
  }
});

findings.holds(
  'warnings',
  'Apollo Client is loaded as for development',
  process.execArgv.includes('--conditions=development'),
);
findings.equal('warnings', 'of Apollo Client', warnings, []);
findings.end();
