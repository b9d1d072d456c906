// Runs the public GraphQL-over-HTTP audits against a server.
//
//   node audits.mjs http://127.0.0.1:8000/graphql
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
if (url === undefined) {
  console.error('Usage: node audits.mjs URL');
  process.exit(2);
}

let passed = 0;
let failed = 0;
for (const audit of serverAudits({ url })) {
  const verdict = await audit.fn().catch((error) => ({ status: 'error', reason: `the audit broke off: ${error.message}` }));
  if (verdict.status === 'ok') {
    passed += 1;
    continue;
  }
  failed += 1;
  console.log(`${verdict.status} ${audit.id} ${audit.name}: ${verdict.reason}`);
}
console.log(`${passed} passed, ${failed} failed`);
// Fetch keeps its connections open for a while; nothing is left to wait for.
process.exit(failed === 0 && passed > 0 ? 0 : 1);
