// The example queries, one tab each, in the order of their file names. GraphiQL reads them on the first visit only;
// afterwards it restores what the visitor left, so that edits are kept.
const files = import.meta.glob<string>('../queries/*.graphql', { query: '?raw', import: 'default', eager: true });

export function questions(): { query: string }[] {
  return Object.entries(files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, query]) => ({ query: query.trimEnd() }));
}
