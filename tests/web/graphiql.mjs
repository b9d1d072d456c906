// Opens the pages in a headless Chromium and uses GraphiQL as a visitor would: documentation, completion, every example,
// the explorer, a reload. Anything the browser asks of another host is a failure.
//
//   CHROMIUM=$(command -v chromium) node graphiql.mjs http://127.0.0.1:8000 OUTPUT_DIRECTORY
//
// Prints one line of JSON on standard output, failures as sentences on standard error, and leaves graphiql.png behind.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';

const [base, output] = process.argv.slice(2);
const { CHROMIUM } = process.env;
if (base === undefined || output === undefined || CHROMIUM === undefined) {
  console.error('Usage: CHROMIUM=PROGRAM node graphiql.mjs BASE_URL OUTPUT_DIRECTORY');
  process.exit(2);
}
const server = new URL(base);
if (!['127.0.0.1', 'localhost', '[::1]'].includes(server.hostname)) {
  console.error('The server must be on this machine: everything else counts as another host.');
  process.exit(2);
}
mkdirSync(output, { recursive: true });

const failures = [];
const found = {
  tabs: [],
  answered: [],
  phone: false,
  queryFields: 0,
  completions: [],
  watched: [],
  external: [],
  ownServices: [],
  violations: [],
  consoleErrors: [],
};

/** Runs one step, and answers whether it went well. Its failure becomes a sentence; the next step runs all the same. */
async function step(claim, run) {
  try {
    await run();
    return true;
  } catch (error) {
    failures.push(`${claim}: ${error.message}`);
    return false;
  }
}

const pause = (milliseconds) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

function expect(condition, sentence) {
  if (!condition) {
    throw new Error(sentence);
  }
}

// Chromium asks its maker for updates, the time and sign-in state by itself, whatever page is open. Those hosts alone are
// excused here; a page that asked them would still be caught by the interception of its requests.
const ownServices = /(^|\.)(google|googleapis|gstatic|gvt1)\.com$/;

/** A proxy that lets nothing through. Chromium reaches loopback directly, so whatever arrives here was meant for elsewhere. */
function openTrap() {
  const record = (host, request) => {
    (ownServices.test(host) ? found.ownServices : found.external).push(request);
  };
  const trap = createServer((request, response) => {
    record(new URL(request.url).hostname, `${request.method} ${request.url}`);
    response.writeHead(502).end();
  });
  trap.on('connect', (request, socket) => {
    record(request.url.split(':')[0], `CONNECT ${request.url}`);
    socket.on('error', () => {});
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  return new Promise((resolve) => {
    trap.listen(0, '127.0.0.1', () => resolve(trap));
  });
}

async function watch(page) {
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const url = new URL(request.url());
    const allowed = url.origin === server.origin || url.protocol === 'data:' || url.protocol === 'blob:';
    if (!allowed) {
      found.external.push(`${request.method()} ${url}`);
    }
    void (allowed ? request.continue() : request.abort());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') {
      found.consoleErrors.push(message.text());
    }
  });
  page.on('pageerror', (error) => found.consoleErrors.push(String(error)));
  page.on('requestfailed', (request) => {
    // A reload cancels what was under way; that says nothing about the server.
    const reason = request.failure()?.errorText ?? 'unknown reason';
    if (reason !== 'net::ERR_ABORTED') {
      found.consoleErrors.push(`${request.url()} failed: ${reason}`);
    }
  });
  await page.exposeFunction('recordViolation', (text) => found.violations.push(text));
  await page.evaluateOnNewDocument(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      globalThis.recordViolation(`${event.violatedDirective} blocked ${event.blockedURI}`);
    });
  });
}

const text = (page, selector) =>
  page.$$eval(selector, (elements) => elements.map((element) => (element.textContent ?? '').replaceAll('\u00a0', ' ').trim()));

/** The lines an editor shows, as text. Monaco draws only what is in sight. */
const shown = async (page, pane) => (await text(page, `${pane} .view-line`)).join('\n');

async function openPage(page) {
  await page.goto(server.href, { waitUntil: 'networkidle0', timeout: 60_000 });
  await page.waitForSelector('.graphiql-query-editor .view-line', { timeout: 30_000 });
}

async function openTab(page, index) {
  const tabs = await page.$$('.graphiql-tab-button');
  await tabs[index].click();
  await page.waitForFunction(
    (at) => document.querySelectorAll('.graphiql-tab')[at]?.classList.contains('graphiql-tab-active'),
    { timeout: 5_000 },
    index,
  );
  // GraphiQL notices the name of the tab's operation a tenth of a second later, and would run the previous one until then.
  await pause(500);
}

async function runTab(page, index) {
  await openTab(page, index);
  if ((await shown(page, '.graphiql-query-editor')).includes('subscription ')) {
    await watchTab(page);
    found.watched.push(found.tabs[index]);
    return;
  }
  const answered = page.waitForResponse(
    (response) => response.url().endsWith('/graphql') && !response.request().postData()?.includes('IntrospectionQuery'),
    { timeout: 15_000 },
  );
  await page.click('.graphiql-execute-button');
  const response = await answered;
  const answer = await response.json();
  expect(answer.errors === undefined, `the server answered ${JSON.stringify(answer.errors)?.slice(0, 400)}`);
  const values = Object.values(answer.data ?? {});
  expect(values.length > 0 && values.every((value) => value !== null), `the answer has nothing in it: ${JSON.stringify(answer)}`);
  const faults = values.flatMap((value) => value.userErrors ?? []);
  expect(faults.length === 0, `the server refused the change: ${JSON.stringify(faults)}`);
  await page.waitForFunction(
    () => document.querySelector('.graphiql-response')?.textContent?.includes('"data"'),
    { timeout: 10_000 },
  );
}

/** A change that somebody else makes meanwhile. */
async function change(reason) {
  const query = `mutation Change($reason: String) {
    upsertEntities(input: {entities: {id: "macys", description: $reason}, reason: $reason}) { userErrors { message } }
  }`;
  const answer = await fetch(new URL('graphql', server), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { reason } }),
  });
  const { data } = await answer.json();
  expect(data?.upsertEntities?.userErrors.length === 0, `nothing was changed: ${JSON.stringify(data)}`);
}

/** A subscription runs over a socket of the page's own server, which its security policy must allow, until it is stopped. */
async function watchTab(page) {
  const session = await page.createCDPSession();
  await session.send('Network.enable');
  const heard = [];
  session.on('Network.webSocketFrameReceived', ({ response }) => heard.push(response.payloadData));
  session.on('Network.webSocketClosed', () => heard.push('closed'));
  const until = async (word) => {
    for (let waited = 0; waited < 10_000 && !heard.some((frame) => frame.includes(word)); waited += 100) {
      await pause(100);
    }
    expect(heard.some((frame) => frame.includes(word)), `${word} was not among ${JSON.stringify(heard)}`);
  };
  await page.click('.graphiql-execute-button');
  await until('connection_ack');
  await page.waitForSelector('.graphiql-execute-button[aria-label^="Stop"]', { timeout: 5_000 });
  // What is watched begins a moment after the socket is open.
  await pause(500);
  for (const reason of ['seen-live', 'seen-again']) {
    await change(reason);
    await until(reason);
    await page.waitForFunction(
      (word) => document.querySelector('.graphiql-response')?.textContent?.includes(word),
      { timeout: 10_000 },
      reason,
    );
  }
  await page.click('.graphiql-execute-button');
  await until('closed');
  await session.detach();
}

async function checkDocumentation(page) {
  await page.click('button[aria-label="Show Documentation Explorer"]');
  await page.waitForSelector('.graphiql-doc-explorer-content', { timeout: 10_000 });
  const types = await page.$$('.graphiql-doc-explorer-content a.graphiql-doc-explorer-type-name');
  let root;
  for (const type of types) {
    if ((await type.evaluate((element) => element.textContent)) === 'Query') {
      root = type;
      break;
    }
  }
  expect(root !== undefined, 'the root types do not name Query');
  await root.click();
  await page.waitForSelector('.graphiql-doc-explorer-field-name', { timeout: 10_000 });
  const fields = await text(page, '.graphiql-doc-explorer-field-name');
  found.queryFields = fields.length;
  expect(fields.includes('company'), `the fields shown are ${fields.join(', ')}, without company`);
  await page.screenshot({ path: join(output, 'documentation.png') });
  await page.click('button[aria-label="Hide Documentation Explorer"]');
}

async function checkCompletion(page) {
  await page.click('button[aria-label="New tab"], .graphiql-tab-add');
  await page.waitForFunction((count) => document.querySelectorAll('.graphiql-tab').length === count, {}, found.tabs.length + 1);
  await page.click('.graphiql-query-editor .view-lines');
  await page.keyboard.type('{ comp', { delay: 60 });
  await page.keyboard.down('Control');
  await page.keyboard.press('Space');
  await page.keyboard.up('Control');
  await page.waitForSelector('.suggest-widget.visible .monaco-list-row .label-name', { timeout: 15_000 });
  found.completions = await text(page, '.suggest-widget.visible .monaco-list-row .label-name');
  expect(found.completions.includes('company'), `the suggestions are ${found.completions.join(', ')}, without company`);
  await page.keyboard.press('Escape');
}

async function checkExplorer(page) {
  await page.click('button[aria-label="Show GraphiQL Explorer"]');
  await page.waitForFunction(() => document.querySelector('.graphiql-plugin')?.textContent?.includes('company'), { timeout: 10_000 });
  await page.screenshot({ path: join(output, 'explorer.png') });
  await page.click('button[aria-label="Hide GraphiQL Explorer"]');
}

async function checkReload(page) {
  await page.waitForFunction(() => localStorage.getItem('graphiql:tabState')?.includes('{ comp'), { timeout: 10_000 });
  await page.reload({ waitUntil: 'networkidle0' });
  await page.waitForSelector('.graphiql-query-editor .view-line', { timeout: 30_000 });
  const tabs = await text(page, '.graphiql-tab-button');
  expect(tabs.length === found.tabs.length + 1, `${found.tabs.length + 1} tabs were open, now there are ${tabs.length}`);
  expect((await shown(page, '.graphiql-query-editor')).includes('comp'), 'what was typed into the last tab is gone');
}

const PHONE = { width: 390, height: 844, isMobile: true, hasTouch: true };

/** Where an element stands, in pixels. */
const boxOf = (page, selector) =>
  page.$eval(selector, (element) => {
    const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
    return { left, right, top, bottom, width, height };
  });

/** On a phone the panes stand one below the other, each wide enough to read, and nothing stands beside the screen. */
async function checkPhone(page) {
  await page.setViewport(PHONE);
  await openPage(page);
  await runTab(page, 0);
  const panes = ['.graphiql-sidebar', '.graphiql-session-header', '.graphiql-query-editor', '.graphiql-response'];
  const boxes = [];
  for (const pane of panes) {
    boxes.push(await boxOf(page, pane));
  }
  for (const [index, box] of boxes.entries()) {
    expect(box.width >= 360 && box.left >= 0 && box.right <= PHONE.width, `${panes[index]} is ${JSON.stringify(box)}`);
    expect(index === 0 || box.top >= boxes[index - 1].bottom, `${panes[index]} is not below ${panes[index - 1]}`);
  }
  for (const box of boxes.slice(2)) {
    expect(box.height >= 200 && box.bottom <= PHONE.height, `a pane has no room: ${JSON.stringify(box)}`);
  }
  const code = await boxOf(page, '.graphiql-query-editor .view-lines');
  expect(code.width >= 200, `a line of the editor is ${code.width} wide`);
  const lines = (await shown(page, '.graphiql-query-editor')).split('\n');
  expect(lines.some((line) => line.length >= 15), `the lines are ${JSON.stringify(lines)}`);
  await page.screenshot({ path: join(output, 'phone.png') });
  await page.click('button[aria-label="Show Documentation Explorer"]');
  await page.waitForSelector('.graphiql-doc-explorer-content', { timeout: 10_000 });
  const documentation = await boxOf(page, '.graphiql-plugin');
  expect(documentation.width >= 360 && documentation.height >= 600, `the documentation is ${JSON.stringify(documentation)}`);
  await page.screenshot({ path: join(output, 'phone-documentation.png') });
  await page.click('button[aria-label="Hide Documentation Explorer"]');
  await page.waitForSelector('.graphiql-query-editor .view-line', { visible: true, timeout: 5_000 });
}

async function usePage(page) {
  await step('The examples are tabs with names', async () => {
    found.tabs = await text(page, '.graphiql-tab-button');
    expect(found.tabs.length > 1, `there are ${found.tabs.length} tabs`);
    expect(!found.tabs.includes('<untitled>'), `the tabs are ${found.tabs.join(', ')}`);
  });
  await step('The title is guanxi', async () => {
    expect((await page.title()) === 'guanxi', `it is "${await page.title()}"`);
  });
  await step('The documentation shows the fields of Query', () => checkDocumentation(page));
  for (const [index, name] of found.tabs.entries()) {
    await step(`The example ${name} is answered`, async () => {
      await runTab(page, index);
      found.answered.push(name);
    });
  }
  await step('The first example and its answer are photographed', async () => {
    await runTab(page, 0);
    await page.mouse.move(700, 880);
    await pause(1_000);
    await page.screenshot({ path: join(output, 'graphiql.png') });
  });
  await step('The explorer lists the fields of Query', () => checkExplorer(page));
  await step('Typing in the editor suggests fields of the schema', () => checkCompletion(page));
  await step('A reload keeps the tabs and what was typed', () => checkReload(page));
  found.phone = await step('On a phone the panes stand one below the other', () => checkPhone(page));
}

const trap = await openTrap();
const profile = mkdtempSync(join(tmpdir(), 'guanxi-pages-'));
const browser = await puppeteer.launch({
  executablePath: CHROMIUM,
  userDataDir: profile,
  defaultViewport: { width: 1440, height: 900 },
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--proxy-server=127.0.0.1:${trap.address().port}`,
  ],
});
try {
  const page = await browser.newPage();
  await watch(page);
  // Without a page the other steps would only repeat that.
  if (await step('The page opens and shows the editor', () => openPage(page))) {
    await usePage(page);
  }
} finally {
  await browser.close();
  trap.close();
  rmSync(profile, { recursive: true, force: true });
}

for (const request of found.external) {
  failures.push(`The browser asked for something outside ${server.origin}: ${request}`);
}
for (const violation of found.violations) {
  failures.push(`The content security policy was violated: ${violation}`);
}
for (const error of found.consoleErrors) {
  failures.push(`The browser's console reports an error: ${error}`);
}
// Which of its own services the browser called says nothing about the pages; how often is enough.
console.log(JSON.stringify({ passed: failures.length === 0, ...found, ownServices: found.ownServices.length }));
for (const failure of failures) {
  console.error(failure);
}
process.exitCode = failures.length === 0 ? 0 : 1;
