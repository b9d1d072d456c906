// The questions that open as tabs: of the network that comes with the program its own, in the order of their file names; of any
// other data a few that fit all, about an entity of that data. GraphiQL reads them on the first visit only; afterwards it restores
// what the visitor left, so that edits are kept.
const own = import.meta.glob<string>('../queries/*.graphql', { query: '?raw', import: 'default', eager: true });
const general = import.meta.glob<string>('../general/*.graphql', { query: '?raw', import: 'default', eager: true });

/** How the bundled network is called in data/dataset.toml. */
const BUNDLED = 'Cross-border commerce between the US and China, autumn 2014';
/** A server that takes longer than this is not waited for: its visitor gets the questions that name nothing. */
const PATIENCE_MS = 3_000;
/** Where GraphiQL keeps the tabs, and where those of other data wait. */
const TABS = 'graphiql:tabState';
const TABS_OF = 'guanxi:tabs of';
/** Whose tabs GraphiQL keeps. */
const DATA = 'guanxi:data';

export interface About {
  title: string;
  /** When it was begun: two imports may have one title. */
  recordedAt: string;
  entity?: { id: string; name: string };
}

interface Answer {
  data?: {
    statistics?: { title: string; recordedAt: string };
    relationships?: { nodes: { from: About['entity'] | null; to: About['entity'] | null }[] };
    entities?: { nodes: About['entity'][] };
  };
}

/** What a server serves: its title and one entity that has a relationship, if there is one. Nothing where it does not say. */
export async function about(endpoint: URL): Promise<About | undefined> {
  const query = `{
    statistics { title recordedAt }
    relationships(first: 1) { nodes { from { id name } to { id name } } }
    entities(first: 1) { nodes { id name } }
  }`;
  try {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const { data } = (await answer.json()) as Answer;
    if (!data?.statistics) {
      return undefined;
    }
    const relationship = data.relationships?.nodes[0];
    const entity = relationship?.from ?? relationship?.to ?? data.entities?.nodes[0];
    return { ...data.statistics, entity };
  } catch {
    // It asks for a token, or is not there: then GraphiQL says so.
    return undefined;
  }
}

export function questions(served: About | undefined): { query: string }[] {
  const files = served?.title === BUNDLED ? own : general;
  const entity = served?.entity;
  return Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, query]) => query.trimEnd())
    .filter((query) => entity !== undefined || !query.includes('ENTITY_'))
    .map((query) => ({ query: entity === undefined ? query : filled(query, entity) }));
}

/** Functions as replacements: a name may hold what replacements in text would read as a pattern. */
function filled(query: string, { id, name }: { id: string; name: string }): string {
  return query
    .replaceAll('ENTITY_ID_TEXT', () => JSON.stringify(id))
    .replaceAll('ENTITY_NAME_TEXT', () => JSON.stringify(name))
    .replaceAll('ENTITY_NAME', () => name.replaceAll(/\s+/gu, ' '));
}

/** Gives each data its own tabs, as several may be served at one address, one after the other. */
export function switchTabs(served: About | undefined, storage: Storage): void {
  if (served === undefined) {
    return;
  }
  const data = `${served.title} ${served.recordedAt}`;
  const before = storage.getItem(DATA);
  if (before !== null && before !== data) {
    const tabs = storage.getItem(TABS);
    if (tabs !== null) {
      storage.setItem(`${TABS_OF} ${before}`, tabs);
    }
    const again = storage.getItem(`${TABS_OF} ${data}`);
    if (again === null) {
      storage.removeItem(TABS);
    } else {
      storage.setItem(TABS, again);
    }
  }
  storage.setItem(DATA, data);
}
