// Questions and changes that every client is tested with, so that all of them are held to the same.
import { ask } from './shared.mjs';
import { nodeTypes, plainFields } from './config.mjs';

/** The views in which one thing is asked for side by side, by the alias in the document. */
export function views(now) {
  return {
    plain: undefined,
    in2014: { asOf: '2014-11-28' },
    in2016: { asOf: '2016-11-28' },
    ever: { ever: true },
    known: { knownAt: now },
    firm: { ever: true, statuses: ['ACTIVE'] },
    together: { asOf: '2014-11-28', knownAt: now, statuses: ['ACTIVE', 'REPORTED'] },
  };
}

const OWNERS = `
  id key name status version
  owners { edges { node { id key name } relationship { id key sentence share { text } evidence { id summary source { id title } } } } }
  partners { edges { node { id name } relationship { id status sentence evidence { id stance speaker { id name } } } } }
`;

/** One company through one view, by a variable. */
export const ONE_VIEW = `query OneView($id: ID!, $view: ViewInput) { company(by: {id: $id}, view: $view) { ${OWNERS} } }`;

/** One company through all views in one request. */
export function allViews(now) {
  const fields = Object.entries(views(now)).map(
    ([alias, view]) =>
      `${alias}: company(by: {id: "paypal"}${view === undefined ? '' : `, view: ${literal(view)}`}) { ${OWNERS} }`,
  );
  return `query AllViews { ${fields.join('\n')} }`;
}

function literal(view) {
  const value = (name, content) => {
    if (name === 'statuses') {
      return `[${content.join(', ')}]`;
    }
    return JSON.stringify(content);
  };
  return `{${Object.entries(view).map(([name, content]) => `${name}: ${value(name, content)}`)}}`;
}

/** The company that is changed, and the field in which the changes can be seen. */
export const CHANGED = 'gilt';

export const CHANGED_QUERY = `query Changed($id: ID!, $view: ViewInput) { company(by: {id: $id}, view: $view) { id description version } }`;

export const CHANGED_NODES = `query ChangedNodes($ids: [ID!]!) { nodes(ids: $ids) { id ... on Company { description version } } }`;

export const CHANGE = `
mutation Change($id: ID!, $description: String, $expectedVersion: Int) {
  upsertEntities(input: {entities: {id: $id, description: $description, expectedVersion: $expectedVersion}}) {
    entities { id ... on Company { description version } }
    changes {
      cursor action recordId recordedAt
      before { id ... on Company { description version } }
      after { id ... on Company { description version } }
    }
    userErrors { code message }
  }
}`;

export const LOG = `query Log {
  changes(first: 1000) {
    nodes {
      cursor action recordId
      before { id ... on Entity { name version } ... on Company { description } ... on Relationship { sentence version } }
      after { id ... on Entity { name version } ... on Company { description } ... on Relationship { sentence version } }
      entities { id name }
    }
  }
}`;

export const DIFF = `query Diff($of: [ID!], $from: ViewInput!, $to: ViewInput!) {
  diff(of: $of, from: $from, to: $to, first: 1000) {
    nodes {
      change
      before { id ... on Relationship { sentence version } ... on Company { description version } }
      after { id ... on Relationship { sentence version } ... on Company { description version } }
    }
  }
}`;

export const WATCH = `subscription Watch($ids: [ID!]!) {
  entityChanged(ids: $ids) {
    cursor action recordId
    before { id ... on Company { description version } }
    after { id ... on Company { description version } }
    entities { id ... on Company { description version } }
  }
}`;

export const PAGE = `query Page($first: Int, $after: String, $view: ViewInput, $orderBy: [EntityOrder!]) {
  companies(first: $first, after: $after, view: $view, orderBy: $orderBy) {
    edges { cursor node { id name } }
    pageInfo { hasNextPage endCursor }
  }
}`;

/** Listings that must not be taken for one another. */
export const LISTINGS = [
  {},
  { view: { asOf: '2014-11-28' } },
  { view: { ever: true }, orderBy: [{ field: 'NAME', direction: 'DESC' }] },
];

/** A subscription tells what is recorded once it is there; the protocol does not say when that is. */
export function subscriptionStart() {
  return new Promise((resolve) => setTimeout(resolve, 500));
}

/** Changes the description with no client between, and answers what was changed. */
export async function changeBehind(url, description) {
  const { upsertEntities } = await ask(url, CHANGE, { id: CHANGED, description });
  return upsertEntities;
}

/**
 * What the objects of a cache look like when they are asked for once more by nodes(ids:). The cache is a map from ids to
 * objects with some of their plain fields.
 */
export async function refetchNodes(url, schema, objects) {
  const { aliases, fragments } = nodeFragments(schema);
  const ids = Object.keys(objects);
  const { nodes } = await ask(url, `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename ${fragments} } }`, { ids });
  const again = nodes.map((node, index) => {
    const names = Object.keys(objects[ids[index]]);
    return node && Object.fromEntries(names.map((name) => [name, node[aliases.get(`${node.__typename}.${name}`) ?? name]]));
  });
  return Object.fromEntries(again.map((node, index) => [ids[index], node]));
}

/** Fragments on every type of node with all of its plain fields; aliases where two types have different ones of one name. */
function nodeFragments(schema) {
  const fields = nodeTypes(schema).flatMap((type) =>
    plainFields(type).map((name) => ({ owner: type.name, name, type: String(type.getFields()[name].type) })),
  );
  const types = new Map();
  for (const { name, type } of fields) {
    types.set(name, new Set([...(types.get(name) ?? []), type]));
  }
  const ambiguous = fields.filter(({ name }) => types.get(name).size > 1);
  const aliases = new Map(ambiguous.map(({ owner, name }) => [`${owner}.${name}`, `${owner}_${name}`]));
  const fragments = fields.map(({ owner, name }) => {
    const alias = aliases.get(`${owner}.${name}`);
    return `... on ${owner} { ${alias === undefined ? name : `${alias}: ${name}`} }`;
  });
  return { aliases, fragments: fragments.join(' ') };
}

/** What an event of the subscription says: before and after the change, and what now stands by its plain id. */
export function checkEvent(findings, group, event, change) {
  findings.equal(group, 'before and after', [event.before, event.after], [change.before, change.after]);
  const what = 'entityChanged { entities { id } }: what now stands has its plain id';
  findings.equal(group, what, event.entities[0].id, CHANGED);
}

/** What the cache shows through a view once `nodes(ids:)` brought the state of today. */
export function checkRefetched(findings, group, view, { id, description }, expected) {
  findings.equal(group, `through ${JSON.stringify(view)}, after nodes(ids:)`, [id, description], expected);
}
