// The real thing for a journey: the real binary on a private Postgres, with its mailbox and a simulated clock, and a
// real Chromium. Everything is started by `forenotice stage` and ends with it.
import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const root = new URL('../../', import.meta.url).pathname;
const binary = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/forenotice');
export const TIMEOUT = { timeout: 300_000 };
export const screenshots = new URL('./screenshots/', import.meta.url).pathname;
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** An installation with an empty register; `config`, `site`, `admin`, `mailbox` are its addresses. */
export async function openStage() {
  const child = spawn(binary, ['stage'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const addresses = await new Promise((resolve, reject) => {
    lines.on('line', (line) => line.startsWith('{') && resolve(JSON.parse(line)));
    child.once('exit', (code) => reject(new Error(`forenotice stage ended with ${code} before it was set`)));
  });
  // The addresses are told before the daemon listens there.
  while (child.exitCode === null && !(await fetch(addresses.site).then(() => true, () => false))) await setTimeout(50);
  return {
    ...addresses,

    /** Runs a command as the DPO does; its standard output, or an error with its words. */
    async forenotice(...args) {
      const options = { cwd: root, env: { ...process.env, FORENOTICE_CONFIG: addresses.config } };
      const { stdout } = await promisify(execFile)(binary, ['--as', addresses.acts_as, ...args], options);
      return stdout;
    },

    /** Moves the clock, `{advance: 'P1D'}` or `{set: '2026-12-24T00:00:00Z'}`, and waits until all that fell due is done. */
    async clock(move) {
      const answer = await fetch(`${addresses.admin}/clock`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(move),
      });
      assert.equal(answer.status, 200, await answer.clone().text());
      return (await answer.json()).now;
    },

    /** The newest letter to `address` whose text links to `path`; the link. */
    async linkTo(address, path) {
      const list = await (await fetch(`${addresses.mailbox}/?to=${encodeURIComponent(address)}`)).text();
      for (const [, serial] of list.matchAll(/\/mails\/(\d+)/g)) {
        const raw = await (await fetch(`${addresses.mailbox}/mails/${serial}/raw`)).text();
        const unfolded = raw.replace(/=\r?\n/g, '').replace(/=3D/g, '=');
        const found = unfolded.match(new RegExp(`https?://[^/\\s]+/${path}/[A-Za-z0-9_-]+`));
        if (found) return found[0];
      }
      throw new Error(`no letter to ${address} links to /${path}/`);
    },

    async close() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

/** The demo's register and Anthropic announced to `customers`, each `reference,name,contact,address`, who read `language`. */
export async function announce(stage, language, customers) {
  await stage.forenotice('register', 'import', join(root, 'config/demo/chatbotkit.csv'));
  const file = join(mkdtempSync(join(tmpdir(), 'forenotice-customers-')), 'customers.csv');
  const rows = customers.map((customer) => `${customer},${language},,2024-05-03,30,14,clear_days,Europe/Berlin,DE\n`);
  writeFileSync(file, 'reference,customer,contact_name,email,language,products,customer_since,notice_days,objection_days,convention,time_zone,holidays\n'
    + rows.join(''));
  await stage.forenotice('customers', 'import', file);
  await stage.forenotice('change', 'schedule', 'add', '--name', 'Anthropic', '--legal-entity', 'Anthropic, PBC',
    '--address', '548 Market Street, San Francisco, CA 94104, United States', '--contact', 'privacy@anthropic.example',
    '--category', 'AI Services', '--purpose', 'Answers from a language model', '--nature', 'Inference, while the agreement lasts',
    '--country', 'US', '--data-types', 'Conversation messages', '--data-subjects', 'People who talk to your bots',
    '--transfer-mechanism', 'SCC (2021) + UK IDTA', '--safeguards', 'No training on your data', '--products', 'all',
    '--reason', 'Customers have asked for a second family of language models.', '--effective', '2027-01-15');
}

/**
 * Sets a file's tests on a stage where Anthropic is announced to Halden, whose contact reads `language`, and to `others`. `then` has the
 * stage, a browser, and the path of a link in Halden's letter.
 */
export function onStage(language, then, others = []) {
  let stage;
  let browser;
  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    stage = await openStage();
    browser = await openBrowser();
    await announce(stage, language, ['HAL,Halden Logistics GmbH,Petra Lindqvist,p.lindqvist@halden.example', ...others]);
    await stage.clock({ set: '2026-12-01T09:15:00Z' });
    await then({ stage, browser, link: async (path) => new URL(await stage.linkTo('p.lindqvist@halden.example', path)).pathname });
  }, TIMEOUT);
  after(async () => {
    await browser?.close();
    await stage?.close();
  });
}

/** Chromium with a profile of its own, `{javaScriptEnabled: false}` without script. As root it has no sandbox; it talks to nobody but us. */
export async function openBrowser(options = {}) {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
  assert.ok(executablePath, 'no Chromium here: run script/bootstrap');
  const profile = mkdtempSync(join(tmpdir(), 'forenotice-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    executablePath,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
  return {
    context,
    newPage: () => context.newPage(),
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** Nothing on the page offends WCAG 2.2 AA as far as axe can see. */
export async function assertAccessible(page) {
  // The page's policy forbids scripts; evaluate runs past it, a script tag would not.
  await page.evaluate(await (await import('node:fs/promises')).readFile(axe, 'utf8'));
  const { violations } = await page.evaluate(() =>
    window.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }));
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target).join(', ')})`);
  assert.deepEqual(told, []);
}
