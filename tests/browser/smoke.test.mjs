// A visitor finds the register, and what the mailbox shows; nobody is locked out of either.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { assertAccessible, openBrowser, openStage } from './stage.mjs';

let stage;
let browser;
before(async () => {
  stage = await openStage();
  browser = await openBrowser();
}, { timeout: 120_000 });
after(async () => {
  await browser?.close();
  await stage?.close();
});

test('the register is a page that needs no script', { timeout: 120_000 }, async () => {
  const page = await browser.newPage();
  const answer = await page.goto(stage.site);
  assert.equal(answer.status(), 200);
  assert.match(answer.headers()['content-security-policy'], /default-src 'none'/);
  assert.equal(await page.locator('script:not([type="application/ld+json"])').count(), 0);
  assert.match(await page.locator('h1').innerText(), /Subprocessors/i);
  await assertAccessible(page);
});

test('the register fits a small phone and a wide screen, in light and in dark', { timeout: 120_000 }, async () => {
  const page = await browser.newPage();
  for (const width of [320, 1440]) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      await page.goto(stage.site);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `${overflow} px too wide at ${width} px`);
      await assertAccessible(page);
    }
  }
});

test('the mailbox is empty at first and says so', { timeout: 120_000 }, async () => {
  const page = await browser.newPage();
  await page.goto(stage.mailbox);
  assert.match(await page.locator('h2').innerText(), /No mail yet/);
  await assertAccessible(page);
});

test('the clock moves when it is told to', { timeout: 120_000 }, async () => {
  const before = (await (await fetch(`${stage.admin}/clock`)).json()).now;
  const now = await stage.clock({ advance: 'P1D' });
  assert.equal(new Date(now) - new Date(before), 86_400_000);
});
