// What a first view costs and looks like outside the ordinary: its bytes and its timing on a phone's network, printed,
// enlarged, in forced colours, without motion, and where the focus is after an error.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { TIMEOUT, assertAccessible, onStage, screenshots } from './stage.mjs';

const BYTES_MAX = 60_000;
/** What Lighthouse calls good, on the network and the processor it supposes for a phone. */
const LCP_MS_MAX = 2500;
const CLS_MAX = 0.1;
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1_638_400 / 8, uploadThroughput: 750_000 / 8 };

let stage;
let browser;
let pages;
onStage('en', async (set) => {
  ({ stage, browser } = set);
  pages = { register: '/', change: '/changes/CHG-2026-0001', subprocessor: '/subprocessors/pinecone', object: await set.link('object') };
});

/** LCP in milliseconds and CLS, as the browser itself has seen them. */
function vitals(page) {
  return page.evaluate(async () => {
    const seen = (type) => new Promise((resolve) => {
      const entries = [];
      new PerformanceObserver((list) => entries.push(...list.getEntries())).observe({ type, buffered: true });
      setTimeout(() => resolve(entries), 500);
    });
    const [paints, shifts] = await Promise.all([seen('largest-contentful-paint'), seen('layout-shift')]);
    return { lcp: paints.at(-1).startTime, cls: shifts.reduce((sum, shift) => sum + shift.value, 0) };
  });
}

test('a first view is light, asks no other host, and is there soon on a phone', TIMEOUT, async () => {
  for (const [name, path] of Object.entries(pages)) {
    const page = await browser.newPage();
    await page.setViewportSize({ width: 412, height: 823 });
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.clearBrowserCache');
    await session.send('Network.emulateNetworkConditions', SLOW_4G);
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    let bytes = 0;
    const asked = [];
    session.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
    page.on('request', (request) => asked.push(request));
    await page.goto(stage.site + path, { waitUntil: 'networkidle' });
    const { lcp, cls } = await vitals(page);
    console.log(`${name}: ${asked.length} requests, ${bytes} bytes, LCP ${Math.round(lcp)} ms, CLS ${cls.toFixed(3)}`);
    assert.ok(bytes > 0 && bytes < BYTES_MAX, `${name}: ${bytes} bytes`);
    assert.ok(lcp > 0 && lcp < LCP_MS_MAX, `${name}: LCP ${lcp} ms`);
    assert.ok(cls < CLS_MAX, `${name}: CLS ${cls}`);
    const elsewhere = asked.filter((request) => new URL(request.url()).host !== new URL(stage.site).host);
    assert.deepEqual(elsewhere.map((request) => request.url()), []);
    const kinds = new Set(asked.map((request) => request.resourceType()));
    assert.deepEqual([...kinds].filter((kind) => ['font', 'script'].includes(kind)), []);
    await page.close();
  }
});

test('the register prints on two pages, without what only a screen can use', TIMEOUT, async () => {
  const page = await browser.newPage();
  await page.goto(stage.site);
  const pdf = await page.pdf({ path: join(screenshots, 'register.pdf'), format: 'A4', preferCSSPageSize: true });
  const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g).length;
  console.log(`the register prints on ${sheets} pages`);
  assert.ok(sheets <= 2, `${sheets} pages`);
  await page.emulateMedia({ media: 'print' });
  assert.ok(await page.locator('.screen').count() > 0);
  for (const hidden of await page.locator('nav, form, .button, .screen, summary').all()) assert.equal(await hidden.isVisible(), false);
  await page.setViewportSize({ width: 680, height: 1000 });
  const left = (selector) => page.locator(selector).first().evaluate((element) => element.getBoundingClientRect().left);
  assert.equal(await left('h1'), await left('.top'), 'the text begins where the rule over it does');
  assert.equal(await page.locator('tbody th').first().isVisible(), true);
  await page.close();
});

test('at 200 % nothing is cut', TIMEOUT, async () => {
  const page = await browser.newPage();
  // What a window of 1280 × 900 has left.
  await page.setViewportSize({ width: 640, height: 450 });
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(stage.site + path);
    assert.equal(await page.evaluate(() => window.innerWidth), 640);
    const cut = await page.evaluate(() => {
      // What is hidden from the eye alone is meant to be.
      const seen = [...document.querySelectorAll('body *:not(.away, .skip, svg *)')].filter((element) => element.checkVisibility());
      const tooWide = document.documentElement.scrollWidth > window.innerWidth ? ['the page'] : [];
      return tooWide.concat(seen
        .filter((element) => getComputedStyle(element).overflowX === 'hidden' && element.scrollWidth > element.clientWidth
          || element.getBoundingClientRect().right > window.innerWidth + 1)
        .map((element) => element.outerHTML.slice(0, 120)));
    });
    assert.deepEqual(cut, [], name);
    await page.screenshot({ path: join(screenshots, `${name}-zoomed.png`), fullPage: true });
  }
  await page.close();
});

test('forced colours leave every page accessible, and who wants no motion gets none', TIMEOUT, async () => {
  const page = await browser.newPage();
  const motion = () => page.evaluate(() => [...document.querySelectorAll('*')].filter((element) => {
    const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
    return transitionDuration !== '0s' || animationName !== 'none' || scrollBehavior !== 'auto';
  }).length);
  for (const [name, path] of Object.entries(pages)) {
    await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'no-preference' });
    await page.goto(stage.site + path);
    await assertAccessible(page);
    await page.screenshot({ path: join(screenshots, `${name}-forced-colours.png`), fullPage: true });
    await page.emulateMedia({ forcedColors: 'none', reducedMotion: 'no-preference' });
    const lively = await motion();
    await page.emulateMedia({ forcedColors: 'none', reducedMotion: 'reduce' });
    assert.equal(await motion(), 0, name);
    if (name === 'object') assert.ok(lively > 0, 'a button changes its colour softly for whoever does not mind');
  }
  await page.close();
});

test('a refused objection has the focus on what is wrong, and each line leads to its field', TIMEOUT, async () => {
  const page = await browser.newPage();
  await page.goto(stage.site + pages.object);
  await page.evaluate(() => document.querySelector('#text').removeAttribute('maxlength'));
  await page.fill('#text', 'x'.repeat(70_000));
  await page.getByRole('button', { name: 'Send objection' }).click();
  await page.locator('#errors').waitFor();
  assert.equal(await focused(page), 'errors');
  const links = await page.locator('#errors a').all();
  assert.ok(links.length > 0);
  for (const link of links) {
    const field = page.locator(await link.getAttribute('href'));
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    for (const id of (await field.getAttribute('aria-describedby')).split(' ')) assert.equal(await page.locator(`#${id}`).count(), 1, id);
  }
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await focused(page), 'text');
  await assertAccessible(page);
  await page.close();
});

test('a refused address has the focus, with what is wrong with it', TIMEOUT, async () => {
  const page = await browser.newPage();
  await page.goto(`${stage.site}/subscribe`);
  await page.evaluate(() => { document.querySelector('#mail').type = 'text'; });
  await page.fill('#mail', 'nonsense');
  await page.getByRole('button', { name: 'Subscribe' }).click();
  await page.locator('#mail-error').waitFor();
  assert.equal(await focused(page), 'mail');
  assert.equal(await page.locator('#mail').getAttribute('aria-describedby'), 'mail-error');
  await assertAccessible(page);
  await page.close();
});

test('what cannot be looked up has the focus, tied to the reason', TIMEOUT, async () => {
  const page = await browser.newPage();
  for (const [path, field] of [['/genuine?code=g-nonsense', 'code'], ['/?on=2030-01-01', 'on'], ['/compare?from=2030-01-01&to=x', 'from']]) {
    await page.goto(stage.site + path);
    assert.equal(await focused(page), field, path);
    assert.match(await page.locator(`#${field}`).getAttribute('aria-describedby'), new RegExp(`${field}-error`));
    assert.equal(await page.locator(`#${field}-error`).isVisible(), true, path);
  }
  await page.close();
});

const focused = (page) => page.evaluate(() => document.activeElement.id);
