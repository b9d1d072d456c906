// Relay against a running server: its compiler over fragments made from the schema, its runtime over what was compiled.
//
//   node relay.mjs http://127.0.0.1:8000/graphql ../../README.md
//
// Every type that implements Node has a @refetchable fragment, every connection field a @connection. The compiler is a program
// for each platform inside of its package. Whatever the runtime warns about, such as two records with one id, is a failure.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildSchema, parse, print } from 'graphql';
import { createClient as createSocket } from 'graphql-ws';
import relay from 'relay-runtime';
import WebSocket from 'ws';
import { RELAY, connectionFields, nodeTypes, plainFields } from './config.mjs';
import * as scenario from './scenario.mjs';
import {
  Findings,
  ask,
  collectWarnings,
  documentedQuestions,
  generatedFolder,
  nameOperation,
  scriptArguments,
  until,
  withIds,
} from './shared.mjs';

const {
  Environment,
  Network,
  Observable,
  RecordSource,
  Store,
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getSelector,
  requestSubscription,
} = relay;

const require = createRequire(import.meta.url);
const [url, readme] = scriptArguments('node relay.mjs URL README', 2);
const sdl = await (await fetch(new URL('/schema.graphql', url))).text();
const schema = buildSchema(sdl);
const findings = new Findings();
const warnings = collectWarnings();
const now = new Date().toISOString();
const socket = createSocket({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });

// With it, a fragment's fields are read with the query.
const UNMASKED = '@relay(mask: false)';
const PAGE_ARGUMENTS = ['first', 'after', 'last', 'before'];

/** A fragment that is refetched through node(id:), with all plain fields of its type. */
function refetchableFragment(type) {
  const name = `Refetch${type.name}`;
  return `fragment ${name} on ${type.name} @refetchable(queryName: "${name}Query") { ${plainFields(type).join(' ')} }`;
}

/** A fragment with one connection, whose other arguments are its own; refetchable where Relay has a way to its owner. */
function connectionFragment({ owner, field, node }) {
  const name = `Connection${owner.name}${field.name[0].toUpperCase()}${field.name.slice(1)}`;
  const others = field.args.filter((argument) => !PAGE_ARGUMENTS.includes(argument.name));
  const definitions = [
    'count: {type: "Int", defaultValue: 5}',
    'cursor: {type: "String"}',
    ...others.map((argument) => `${argument.name}: {type: "${argument.type}"}`),
  ];
  const fieldArguments = [
    'first: $count',
    'after: $cursor',
    ...others.map((argument) => `${argument.name}: $${argument.name}`),
  ];
  const hasWay = owner === schema.getQueryType() || owner.getFields().id !== undefined;
  const refetch = hasWay ? `@refetchable(queryName: "${name}Query")` : '';
  const id = node.getFields().id === undefined ? '' : 'id';
  return `fragment ${name} on ${owner.name} @argumentDefinitions(${definitions.join(', ')}) ${refetch} {
    ${field.name}(${fieldArguments.join(', ')}) @connection(key: "${name}_${field.name}") {
      edges { cursor node { __typename ${id} } }
    }
  }`;
}

const questions = documentedQuestions(readme).map((question) => ({
  ...question,
  document: print(withIds(schema, parse(question.document))),
}));
const modules = {
  Refetch: [...nodeTypes(schema), schema.getType('Entity')].map(refetchableFragment),
  Connection: connectionFields(schema).map(connectionFragment),
  Documented: questions.map(({ document }, index) => nameOperation(document, `Documented${index}`, UNMASKED)),
  Scenario: [
    nameOperation(scenario.allViews(now), 'ScenarioAllViews'),
    nameOperation(scenario.ONE_VIEW, 'ScenarioOneView'),
    nameOperation(scenario.CHANGED_QUERY, 'ScenarioChanged'),
    nameOperation(scenario.CHANGED_NODES, 'ScenarioChangedNodes'),
    nameOperation(scenario.CHANGE, 'ScenarioChange'),
    nameOperation(scenario.WATCH, 'ScenarioWatch'),
    nameOperation(scenario.LOG, 'ScenarioLog'),
    nameOperation(scenario.DIFF, 'ScenarioDiff'),
    `query ScenarioCompaniesQuery($view: ViewInput) { ...ConnectionQueryCompanies @arguments(view: $view, count: 20) }`,
    `query ScenarioRelationshipsQuery($view: ViewInput) { company(by: {id: "alibaba"}, view: $view) { id ...ConnectionCompanyRelationships } }`,
  ],
};

/** Runs the compiler in a folder of its own; answers a function that loads an artifact by its name. */
function compileDocuments() {
  const folder = generatedFolder();
  for (const name of ['source', 'artifacts']) {
    mkdirSync(join(folder, name));
  }
  writeFileSync(join(folder, 'schema.graphql'), sdl);
  const configuration = {
    ...RELAY,
    src: './source',
    artifactDirectory: './artifacts',
    language: 'javascript',
    eagerEsModules: false,
  };
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(configuration));
  for (const [name, documents] of Object.entries(modules)) {
    writeFileSync(
      join(folder, 'source', `${name}.js`),
      documents.map((document) => `graphql\`\n${document}\n\`;\n`).join('\n'),
    );
  }
  const ran = spawnSync(require('relay-compiler'), [join(folder, 'relay.config.json')], { cwd: folder, encoding: 'utf8' });
  if (ran.error !== undefined || ran.status !== 0) {
    throw ran.error ?? new Error(`${ran.stdout}\n${ran.stderr}`);
  }
  findings.facts.compiled = Object.fromEntries(Object.entries(modules).map(([name, documents]) => [name, documents.length]));
  return (name) => require(join(folder, 'artifacts', `${name}.graphql.js`));
}

let artifact;
await findings.group('relay-compiler', async () => {
  artifact = compileDocuments();
});
if (artifact === undefined) {
  findings.end();
}

/** An environment; `responses` keeps the answers that came over the wire. */
function newEnvironment() {
  const responses = [];
  const network = Network.create(
    async ({ text }, variables) => {
      const data = await ask(url, text, variables);
      responses.push(data);
      return { data };
    },
    ({ text }, variables) => Observable.create((sink) => socket.subscribe({ query: text, variables }, sink)),
  );
  return { environment: new Environment({ network, store: new Store(new RecordSource()) }), responses };
}

/** Asks the server and keeps the answer in the store. */
async function load(environment, name, variables = {}) {
  environment.retain(createOperationDescriptor(artifact(name), variables));
  return fetchQuery(environment, artifact(name), variables, { networkCacheConfig: { force: true } }).toPromise();
}

/** What the store alone answers; undefined when it lacks something. */
function readStore(environment, name, variables = {}) {
  const operation = createOperationDescriptor(artifact(name), variables);
  return environment.check(operation).status === 'available' ? environment.lookup(operation.fragment).data : undefined;
}

/** What the store has for a fragment, through the answer to a query that spreads it. */
function readFragment(environment, name, reference) {
  return environment.lookup(getSelector(artifact(name), reference)).data;
}

function mutate(environment, name, variables = {}, options = {}) {
  return new Promise((resolve, reject) => {
    commitMutation(environment, { mutation: artifact(name), variables, onCompleted: resolve, onError: reject, ...options });
  });
}

const CHANGED = 'ScenarioChangedQuery';
const ORGANIZATION = 'an-organization-of-a-test';

await findings.group('documentation in one store', async (group) => {
  const { environment, responses } = newEnvironment();
  const answers = [];
  for (const [index, { title, document, kind }] of questions.entries()) {
    if (kind === 'query') {
      const name = `Documented${index}Query`;
      await load(environment, name);
      const answer = await ask(url, document);
      findings.equal(group, title, readStore(environment, name), answer);
      answers.push({ title, name, answer });
    } else {
      // What is answered is read from the store.
      findings.equal(group, title, await mutate(environment, `Documented${index}Mutation`), responses.at(-1));
    }
  }
  for (const { title, name, answer } of answers) {
    findings.equal(group, `${title} (after all others)`, readStore(environment, name), answer);
  }
});

await findings.group('views side by side', async (group) => {
  const { environment } = newEnvironment();
  await load(environment, 'ScenarioAllViewsQuery');
  for (const view of Object.values(scenario.views(now))) {
    await load(environment, 'ScenarioOneViewQuery', { id: 'alipay', view });
  }
  findings.equal(
    group,
    'all in one request',
    readStore(environment, 'ScenarioAllViewsQuery'),
    await ask(url, scenario.allViews(now)),
  );
  for (const [name, view] of Object.entries(scenario.views(now))) {
    const variables = { id: 'alipay', view };
    findings.equal(
      group,
      name,
      readStore(environment, 'ScenarioOneViewQuery', variables),
      await ask(url, scenario.ONE_VIEW, variables),
    );
  }
});

await findings.group('refetched through node(id:)', async (group) => {
  const { environment } = newEnvironment();
  // The bundled network has no organization.
  const { upsertEntities } = await ask(
    url,
    `mutation { upsertEntities(input: {entities: {id: "${ORGANIZATION}", kind: ORGANIZATION, name: "An organization"}}) { recordedAt } }`,
  );
  for (const view of ['', '(view: {asOf: "2014-11-28"})', `(view: {ever: true, knownAt: "${upsertEntities.recordedAt}"})`]) {
    for (const [type, node] of Object.entries(await oneOfEachType(view))) {
      const { id } = node;
      await load(environment, `Refetch${type}Query`, { id });
      const { node: reference } = readStore(environment, `Refetch${type}Query`, { id });
      findings.equal(group, id, readFragment(environment, `Refetch${type}`, reference), node);
      findings.equal(group, `${id}: its view`, id.includes('?'), view !== '');
    }
  }
  await ask(url, `mutation { retractEntities(input: {ids: ["${ORGANIZATION}"]}) { userErrors { message } } }`);
});

/** One object of every type that implements Node as a listing shows it through a view, with its plain fields. */
async function oneOfEachType(view) {
  const fields = (name) => plainFields(schema.getType(name)).join(' ');
  const listings = {
    Company: 'companies',
    Person: 'people',
    Organization: 'organizations',
    Service: 'services',
    Event: 'events',
    Place: 'places',
    Market: 'markets',
    Relationship: 'relationships',
    Source: 'sources',
    Entity: 'entities',
  };
  const selections = Object.entries(listings).map(([type, listing]) => {
    const evidence = type === 'Relationship' ? `evidence { ${fields('Evidence')} }` : '';
    return `${type}: ${listing}${view} { nodes { ${fields(type)} ${evidence} } }`;
  });
  const answer = await ask(url, `{ ${selections.join(' ')} }`);
  const nodes = Object.fromEntries(Object.entries(answer).map(([type, listing]) => [type, listing.nodes[0]]));
  const { evidence, ...relationship } = nodes.Relationship;
  return { ...nodes, Relationship: relationship, Evidence: evidence[0] };
}

await findings.group('changes and diff', async (group) => {
  const { environment } = newEnvironment();
  await load(environment, 'ScenarioLogQuery');
  findings.equal(group, 'changes', readStore(environment, 'ScenarioLogQuery'), await ask(url, scenario.LOG));
  for (const variables of [
    { of: ['paypal'], from: { asOf: '2014-11-28' }, to: { asOf: '2016-11-28' } },
    { of: [scenario.CHANGED], from: { knownAt: now }, to: {} },
  ]) {
    await load(environment, 'ScenarioDiffQuery', variables);
    findings.equal(
      group,
      `diff ${JSON.stringify(variables)}`,
      readStore(environment, 'ScenarioDiffQuery', variables),
      await ask(url, scenario.DIFF, variables),
    );
  }
});

await findings.group('mutation', async (group) => {
  const { environment, responses } = newEnvironment();
  const plain = { id: scenario.CHANGED };
  const others = Object.values(scenario.views(new Date().toISOString())).filter((view) => view !== undefined);
  const before = (await load(environment, CHANGED, plain)).company;
  const throughViews = [];
  for (const view of others) {
    throughViews.push((await load(environment, CHANGED, { ...plain, view })).company);
  }
  const description = `Changed at ${now}`;
  const { upsertEntities: payload } = await mutate(environment, 'ScenarioChangeMutation', { ...plain, description });
  findings.equal(group, 'before', payload.changes[0].before.description, before.description);
  findings.equal(group, 'after', payload.changes[0].after.description, description);
  findings.holds(group, 'the payload came over the wire', responses.at(-1).upsertEntities.changes.length === 1);
  findings.equal(group, 'the plain record', readStore(environment, CHANGED, plain).company.description, description);
  others.forEach((view, index) =>
    findings.equal(
      group,
      `through ${JSON.stringify(view)}`,
      readStore(environment, CHANGED, { ...plain, view }).company,
      throughViews[index],
    ),
  );
  await load(environment, 'ScenarioChangedNodesQuery', { ids: throughViews.map(({ id }) => id) });
  others.forEach((view, index) => {
    const { company } = readStore(environment, CHANGED, { ...plain, view });
    const expected = view.knownAt === undefined ? description : before.description;
    scenario.checkRefetched(findings, group, view, company, [throughViews[index].id, expected]);
  });
  await scenario.changeBehind(url, before.description);
});

await findings.group('optimistic change', async (group) => {
  const { environment } = newEnvironment();
  const variables = { id: scenario.CHANGED };
  const before = (await load(environment, CHANGED, variables)).company;
  const descriptions = [before.description];
  const operation = createOperationDescriptor(artifact(CHANGED), variables);
  environment.subscribe(environment.lookup(operation.fragment), ({ data }) => descriptions.push(data.company.description));
  const optimisticUpdater = (store) => store.get(scenario.CHANGED).setValue('Hoped for', 'description');
  const change = (expectedVersion) =>
    mutate(
      environment,
      'ScenarioChangeMutation',
      { ...variables, description: 'Hoped for', expectedVersion },
      { optimisticUpdater },
    );
  const refusal = await change(before.version + 7);
  findings.equal(
    group,
    'the version is refused',
    refusal.upsertEntities.userErrors.map(({ code }) => code),
    ['CONFLICT'],
  );
  findings.equal(group, 'rolled back', descriptions, [before.description, 'Hoped for', before.description]);
  findings.equal(group, 'the store', readStore(environment, CHANGED, variables).company, before);
  await change(before.version);
  const expected = { id: scenario.CHANGED, description: 'Hoped for', version: before.version + 1 };
  findings.equal(group, 'accepted', readStore(environment, CHANGED, variables).company, expected);
  await scenario.changeBehind(url, before.description);
});

await findings.group('subscription', async (group) => {
  const { environment } = newEnvironment();
  const variables = { id: scenario.CHANGED };
  const before = (await load(environment, CHANGED, variables)).company;
  const events = [];
  const subscription = requestSubscription(environment, {
    subscription: artifact('ScenarioWatchSubscription'),
    variables: { ids: [scenario.CHANGED] },
    onNext: (data) => events.push(data),
    onError: (error) => events.push(error),
  });
  await scenario.subscriptionStart();
  const { changes } = await scenario.changeBehind(url, `Watched at ${now}`);
  await until(() => events.length === 1, 'an event of the subscription');
  const event = events[0].entityChanged;
  scenario.checkEvent(findings, group, event, changes[0]);
  const read = () => readStore(environment, CHANGED, variables).company.description;
  findings.equal(group, 'the record in the store after the event', read(), `Watched at ${now}`);
  await load(environment, 'ScenarioChangedNodesQuery', { ids: [event.recordId] });
  findings.equal(group, 'the record in the store after nodes(ids:) with its recordId', read(), `Watched at ${now}`);
  subscription.dispose();
  await scenario.changeBehind(url, before.description);
});

await findings.group('paging', async (group) => {
  const { environment } = newEnvironment();
  const views = [undefined, { asOf: '2014-11-28' }, { ever: true }];
  // The first pages first, so that later pages could end up in the wrong connection.
  for (const view of views) {
    await load(environment, 'ScenarioCompaniesQuery', { view });
    await load(environment, 'ScenarioRelationshipsQuery', { view });
  }
  for (const view of views) {
    const companies = () =>
      readFragment(environment, 'ConnectionQueryCompanies', readStore(environment, 'ScenarioCompaniesQuery', { view }))
        .companies;
    await allPages(companies, (cursor) => load(environment, 'ConnectionQueryCompaniesQuery', { view, count: 20, cursor }));
    const relationships = () =>
      readFragment(
        environment,
        'ConnectionCompanyRelationships',
        readStore(environment, 'ScenarioRelationshipsQuery', { view }).company,
      ).relationships;
    const { id } = readStore(environment, 'ScenarioRelationshipsQuery', { view }).company;
    await allPages(relationships, (cursor) =>
      load(environment, 'ConnectionCompanyRelationshipsQuery', { id, count: 5, cursor }),
    );

    const whole = await ask(
      url,
      `query ($view: ViewInput) {
        companies(first: 1000, view: $view) { edges { node { __typename id } } }
        company(by: {id: "alibaba"}, view: $view) { relationships(first: 1000) { edges { node { __typename id } } } }
      }`,
      { view },
    );
    const ids = ({ edges }) => edges.map(({ node }) => node.id);
    findings.equal(group, `companies through ${JSON.stringify(view)}`, ids(companies()), ids(whole.companies));
    findings.equal(group, `relationships of ${id}`, ids(relationships()), ids(whole.company.relationships));
  }
});

/** Fetches the next page until the connection in the store has no more. */
async function allPages(connection, next) {
  for (let pages = 0; connection().pageInfo.hasNextPage; pages += 1) {
    if (pages === 100) {
      throw new Error('paging does not end');
    }
    await next(connection().pageInfo.endCursor);
  }
}

findings.equal('warnings', 'of Relay', warnings, []);
await socket.dispose();
findings.end();
