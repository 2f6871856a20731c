// The public and the personal pages in every language: named as what they are, accessible, nothing wider than a phone of
// 320 px, also where every text is 40 % longer. Screenshots of phone and desk are kept in tests/browser/screenshots.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { TIMEOUT, assertAccessible, onStage, screenshots } from './stage.mjs';

const LANGUAGES = ['en', 'de', 'fr', 'es'];

let stage;
let browser;
let pages;
onStage('de', async (set) => {
  ({ stage, browser } = set);
  const object = await set.link('object');
  const mine = (await (await fetch(`${stage.site}${object}`)).text()).match(/"(\/mine\/[\w-]+)"/)[1];
  pages = { register: '/', change: '/changes/CHG-2026-0001', subprocessor: '/subprocessors/pinecone', 'subprocessor-announced': '/subprocessors/anthropic', compare: '/compare', 'compare-refused': '/compare?from=2030-01-01&to=x', subscribe: '/subscribe', object, letter: await set.link('letter'), mine, genuine: '/genuine', 'no-page': '/nothing' };
});

async function assertFits(page, name) {
  await page.setViewportSize({ width: 320, height: 900 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.ok(overflow <= 0, `${name}: ${overflow} px too wide at 320 px`);
}

for (const language of LANGUAGES) {
  test(`every page in ${language} says so, is accessible and fits`, TIMEOUT, async () => {
    const page = await browser.newPage();
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(`${stage.site}${path}${path.includes('?') ? '&' : '?'}lang=${language}`);
      assert.equal(await page.locator('html').getAttribute('lang'), language, name);
      await assertFits(page, `${name} in ${language}`);
      for (const width of [360, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await assertAccessible(page);
        await page.screenshot({ path: join(screenshots, `${name}-${language}-${width}.png`), fullPage: true });
      }
    }
    await page.close();
  });
}

test('every page has room for texts that are 40 % longer', TIMEOUT, async () => {
  const page = await browser.newPage();
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(`${stage.site}${path}${path.includes('?') ? '&' : '?'}lang=en`);
    await page.evaluate(() => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const node = texts.currentNode;
        // What is not a sentence of ours (an address, a reference) is no longer in another language.
        node.data = node.data.replace(/\p{L}+/gu, (word) => word + 'ö'.repeat(Math.round(word.length * 0.4)));
      }
    });
    await assertFits(page, `${name}, longer`);
    await page.screenshot({ path: join(screenshots, `${name}-longer-320.png`), fullPage: true });
  }
  await page.close();
});

test('the switch changes the language, and the next page keeps it', TIMEOUT, async () => {
  const page = await browser.newPage();
  await page.goto(`${stage.site}/subscribe?lang=en`);
  await page.locator('.langs a[lang=fr]').click();
  assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
  await page.locator('nav a[href="/"]').first().click();
  assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
  await page.context().clearCookies();
  await page.goto(`${stage.site}${pages.object}`);
  assert.equal(await page.locator('html').getAttribute('lang'), 'de', 'the language on file');
  assert.match(await page.locator('#until').innerText(), /Ortszeit Berlin/);
  await page.close();
});
