// urql against a running server, with its normalized cache (graphcache with the schema) and with its default document cache:
// what is read from the cache is what the server answered.
//
//   node urql.mjs http://127.0.0.1:8000/graphql ../../README.md
//
// Whatever graphcache warns about is a failure.
import { Client, cacheExchange as documentCache, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { cacheExchange as graphcache } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { buildClientSchema, parse, print } from 'graphql';
import { createClient as createSocket } from 'graphql-ws';
import WebSocket from 'ws';
import { graphcacheKeys } from './config.mjs';
import * as scenario from './scenario.mjs';
import {
  Findings,
  ask,
  collectWarnings,
  documentedQuestions,
  introspection,
  scriptArguments,
  until,
  withIds,
} from './shared.mjs';

const [url, readme] = scriptArguments('node urql.mjs URL README', 2);
const introspectionResult = await introspection(url);
const schema = buildClientSchema(introspectionResult);
const findings = new Findings();
const warnings = collectWarnings();
const now = new Date().toISOString();
const socket = createSocket({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });

/** A client with a cache; `responses` keeps the answers that came over the wire. */
function newClient(cache) {
  const responses = [];
  const client = new Client({
    url,
    preferGetMethod: false,
    exchanges: [
      cache,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
        }),
      }),
    ],
    fetch: async (target, options) => {
      const response = await fetch(target, options);
      responses.push(await response.clone().json());
      return response;
    },
  });
  return { client, responses };
}

/** A client with the documented configuration of graphcache. */
function newNormalizing(configuration = {}) {
  return newClient(graphcache({ schema: introspectionResult, keys: graphcacheKeys(schema), ...configuration }));
}

/** What the cache alone answers to a query. */
async function readCache(client, query, variables = {}) {
  const { data } = await client.query(query, variables, { requestPolicy: 'cache-only' }).toPromise();
  return data ?? undefined;
}

/** Asks the server, through the cache. */
async function load(client, query, variables = {}) {
  const { data, error } = await client.query(query, variables, { requestPolicy: 'network-only' }).toPromise();
  if (error !== undefined) {
    throw error;
  }
  return data;
}

async function mutate(client, query, variables = {}) {
  const { data, error } = await client.mutation(query, variables).toPromise();
  if (error !== undefined) {
    throw error;
  }
  return data;
}

await findings.group('documentation, document cache', async (group) => {
  const { client } = newClient(documentCache);
  for (const { title, document } of documentedQuestions(readme).filter(({ kind }) => kind === 'query')) {
    await load(client, document);
    findings.equal(group, title, await readCache(client, document), await ask(url, document));
  }
});

await findings.group('documentation, one normalized cache', async (group) => {
  const { client, responses } = newNormalizing();
  const answers = [];
  for (const { title, document, kind } of documentedQuestions(readme)) {
    const query = withIds(schema, parse(document));
    if (kind === 'query') {
      await load(client, query);
      findings.equal(group, title, await readCache(client, query), await ask(url, print(query)));
      answers.push({ title, query, answer: responses.at(-1).data });
    } else {
      findings.equal(group, title, await mutate(client, query), responses.at(-1).data);
    }
  }
  for (const { title, query, answer } of answers) {
    findings.equal(group, `${title} (after all others)`, await readCache(client, query), answer);
  }
});

await findings.group('views side by side', async (group) => {
  const { client } = newNormalizing();
  const all = scenario.allViews(now);
  await load(client, all);
  for (const view of Object.values(scenario.views(now))) {
    await load(client, scenario.ONE_VIEW, { id: 'alipay', view });
  }
  findings.equal(group, 'all in one request', await readCache(client, all), await ask(url, all));
  for (const [name, view] of Object.entries(scenario.views(now))) {
    const variables = { id: 'alipay', view };
    findings.equal(
      group,
      name,
      await readCache(client, scenario.ONE_VIEW, variables),
      await ask(url, scenario.ONE_VIEW, variables),
    );
  }
});

await findings.group('mutation', async (group) => {
  const inCache = {};
  const company = gql`
    fragment Seen on Company { id description version }
  `;
  const { client, responses } = newNormalizing({
    updates: {
      Mutation: {
        // Runs once the payload is written, and can read what was written.
        upsertEntities({ upsertEntities }, _arguments, cache) {
          const [change] = upsertEntities.changes;
          for (const { id } of [...upsertEntities.entities, change.before, change.after]) {
            inCache[id] = cache.readFragment(company, { id });
          }
        },
      },
    },
  });
  const plain = { id: scenario.CHANGED };
  const others = Object.values(scenario.views(new Date().toISOString())).filter((view) => view !== undefined);
  const before = (await load(client, scenario.CHANGED_QUERY, plain)).company;
  const throughViews = [];
  for (const view of others) {
    throughViews.push((await load(client, scenario.CHANGED_QUERY, { ...plain, view })).company);
  }
  const description = `Changed at ${now}`;
  const { upsertEntities: payload } = await mutate(client, scenario.CHANGE, { ...plain, description });
  findings.equal(group, 'the payload', payload, responses.at(-1).data.upsertEntities);
  const [change] = payload.changes;
  findings.equal(group, 'before', inCache[change.before.id].description, before.description);
  findings.equal(group, 'after', inCache[change.after.id].description, description);
  findings.equal(group, 'now', inCache[scenario.CHANGED].description, description);
  findings.equal(
    group,
    'the plain object',
    (await readCache(client, scenario.CHANGED_QUERY, plain)).company.description,
    description,
  );
  for (const [index, view] of others.entries()) {
    const variables = { ...plain, view };
    findings.equal(
      group,
      `through ${JSON.stringify(view)}`,
      (await readCache(client, scenario.CHANGED_QUERY, variables)).company,
      throughViews[index],
    );
  }
  await load(client, scenario.CHANGED_NODES, { ids: throughViews.map(({ id }) => id) });
  for (const [index, view] of others.entries()) {
    const { company: now } = await readCache(client, scenario.CHANGED_QUERY, { ...plain, view });
    const expected = view.knownAt === undefined ? description : before.description;
    scenario.checkRefetched(findings, group, view, now, [throughViews[index].id, expected]);
  }
  await scenario.changeBehind(url, before.description);
});

await findings.group('changes and diff', async (group) => {
  const { client } = newNormalizing();
  await load(client, scenario.LOG);
  findings.equal(group, 'changes', await readCache(client, scenario.LOG), await ask(url, scenario.LOG));
  for (const variables of [
    { of: 'paypal', from: { asOf: '2014-11-28' }, to: { asOf: '2016-11-28' } },
    { of: scenario.CHANGED, from: { knownAt: now }, to: {} },
  ]) {
    await load(client, scenario.DIFF, variables);
    findings.equal(
      group,
      `diff ${JSON.stringify(variables)}`,
      await readCache(client, scenario.DIFF, variables),
      await ask(url, scenario.DIFF, variables),
    );
  }
});

await findings.group('document cache after a mutation', async (group) => {
  const { client } = newClient(documentCache);
  const before = (await load(client, scenario.CHANGED_QUERY, { id: scenario.CHANGED })).company;
  await mutate(client, scenario.CHANGE, { id: scenario.CHANGED, description: `Changed again at ${now}` });
  const after = await client.query(scenario.CHANGED_QUERY, { id: scenario.CHANGED }).toPromise();
  findings.equal(group, 'is asked for once more', after.data.company.description, `Changed again at ${now}`);
  await scenario.changeBehind(url, before.description);
});

await findings.group('optimistic change', async (group) => {
  const { client } = newNormalizing({
    optimistic: {
      upsertEntities: ({ input }) => ({
        __typename: 'UpsertEntitiesPayload',
        entities: [{ __typename: 'Company', id: input.entities.id, description: input.entities.description, version: 0 }],
        changes: [],
        userErrors: [],
      }),
    },
  });
  const variables = { id: scenario.CHANGED };
  const before = (await load(client, scenario.CHANGED_QUERY, variables)).company;
  const descriptions = [];
  client.query(scenario.CHANGED_QUERY, variables).subscribe(({ data }) => descriptions.push(data.company.description));
  const refusal = await mutate(client, scenario.CHANGE, {
    ...variables,
    description: 'Hoped for',
    expectedVersion: before.version + 7,
  });
  findings.equal(
    group,
    'the version is refused',
    refusal.upsertEntities.userErrors.map(({ code }) => code),
    ['CONFLICT'],
  );
  await until(() => descriptions.length >= 3, 'shown at first, hoped for, rolled back');
  findings.equal(group, 'rolled back', descriptions, [before.description, 'Hoped for', before.description]);
  findings.equal(group, 'the cache', (await readCache(client, scenario.CHANGED_QUERY, variables)).company, before);
  await mutate(client, scenario.CHANGE, { ...variables, description: 'Hoped for', expectedVersion: before.version });
  const expected = { id: scenario.CHANGED, description: 'Hoped for', version: before.version + 1 };
  findings.equal(group, 'accepted', (await readCache(client, scenario.CHANGED_QUERY, variables)).company, expected);
  await scenario.changeBehind(url, before.description);
});

await findings.group('subscription', async (group) => {
  const { client } = newNormalizing();
  const variables = { id: scenario.CHANGED };
  const before = (await load(client, scenario.CHANGED_QUERY, variables)).company;
  const events = [];
  const { unsubscribe } = client
    .subscription(scenario.WATCH, { ids: [scenario.CHANGED] })
    .subscribe(({ data, error }) => events.push(data ?? error));
  await scenario.subscriptionStart();
  const { changes } = await scenario.changeBehind(url, `Watched at ${now}`);
  await until(() => events.length === 1, 'an event of the subscription');
  const event = events[0].entityChanged;
  scenario.checkEvent(findings, group, event, changes[0]);
  const read = async () => (await readCache(client, scenario.CHANGED_QUERY, variables)).company.description;
  findings.equal(group, 'the object in the cache after the event', await read(), `Watched at ${now}`);
  await load(client, scenario.CHANGED_NODES, { ids: [event.recordId] });
  findings.equal(group, 'the object in the cache after nodes(ids:) with its recordId', await read(), `Watched at ${now}`);
  unsubscribe();
  await scenario.changeBehind(url, before.description);
});

await findings.group('paging', async (group) => {
  const { client } = newNormalizing({ resolvers: { Query: { companies: relayPagination() } } });
  for (const listing of scenario.LISTINGS) {
    await load(client, scenario.PAGE, { first: 20, ...listing });
  }
  for (const listing of scenario.LISTINGS) {
    const first = { first: 20, ...listing };
    let page = (await readCache(client, scenario.PAGE, first)).companies;
    for (let pages = 1; page.pageInfo.hasNextPage && pages < 20; pages += 1) {
      await load(client, scenario.PAGE, { ...first, after: page.pageInfo.endCursor });
      page = (await readCache(client, scenario.PAGE, first)).companies;
    }
    const whole = await ask(url, scenario.PAGE, { first: 1000, ...listing });
    const nodes = ({ edges }) => edges.map(({ node }) => node);
    findings.equal(group, JSON.stringify(listing), nodes(page), nodes(whole.companies));
  }
});

findings.equal('warnings', 'of graphcache', warnings, []);
findings.end();
