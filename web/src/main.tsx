// The page: GraphiQL over this server's own endpoint. Questions to what is served are its first tabs.
import 'graphiql/setup-workers/vite';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { useGraphiQL } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './style.css';
import { ask, endpoint } from './fetcher';
import { about, questions, switchTabs } from './questions';

// Both live outside the component: a new array or object on each render would reset GraphiQL's state.
const plugins = [explorerPlugin(), HISTORY_PLUGIN];
const served = await about(endpoint);
const tabs = questions(served);
try {
  switchTabs(served, localStorage);
} catch {
  // A browser that keeps nothing has nothing to switch.
}

/** The name in the corner, which stands inside GraphiQL's provider and so can reach its editor. */
function Name() {
  const editor = useGraphiQL((state) => state.queryEditor);
  // A question in plain words is often wider than half a screen.
  useEffect(() => editor?.updateOptions({ wordWrap: 'on', wrappingIndent: 'indent' }), [editor]);
  return <>guanxi</>;
}

const root = document.getElementById('root');
if (root === null) {
  throw new Error('index.html has no element "root"');
}
createRoot(root).render(
  <GraphiQL fetcher={ask} plugins={plugins} defaultTabs={tabs}>
    <GraphiQL.Logo>
      <Name />
    </GraphiQL.Logo>
  </GraphiQL>,
);
