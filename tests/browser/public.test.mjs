// What a visitor, a subscriber and an objector do on the public site: in a real browser, by keyboard, without script,
// on a phone and on a wide screen, light and dark; and once with script switched off. Screenshots are kept in tests/browser/screenshots.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { TIMEOUT, assertAccessible, onStage, openBrowser, screenshots } from './stage.mjs';

let stage;
let browser;
onStage('en', async (set) => { ({ stage, browser } = set); }, ['BOLT,Bolt Freight Ltd,Mo Roe,m.roe@bolt.example']);

/** Looks at the page on a phone and on a wide screen, in light and in dark: accessible, and nothing sticks out. */
async function inspect(page, name) {
  for (const width of [360, 1440]) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `${name}: ${overflow} px too wide at ${width} px`);
      await assertAccessible(page);
      await page.screenshot({ path: join(screenshots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
  }
}

async function button(page, name) {
  // By keyboard alone: tab until it has the focus, then Enter.
  for (let i = 0; i < 80; i += 1) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => document.activeElement?.textContent?.trim());
    if (focused === name) {
      await Promise.all([page.waitForLoadState('load'), page.keyboard.press('Enter')]);
      await page.waitForTimeout(300);
      return;
    }
  }
  throw new Error(`no key leads to ${name}`);
}

test('the register shows what is in use and what is coming', TIMEOUT, async () => {
  const page = await browser.newPage();
  await page.goto(stage.site);
  assert.match(await page.locator('#coming + .panel').innerText(), /Anthropic joins/);
  assert.equal(await page.locator('tbody tr').count(), 11);
  await inspect(page, 'register');
  await page.goto(`${stage.site}/?on=2026-11-23&country=DE`);
  assert.match(await page.locator('caption').innerText(), /1 of 11 subprocessors on Monday 23 November 2026/);
  await page.goto(`${stage.site}/?on=2030-01-01`);
  assert.match(await page.locator('#on-error').innerText(), /or earlier/);
  await inspect(page, 'register-future');
  await page.goto(`${stage.site}/changes/CHG-2026-0001`);
  assert.match(await page.locator('h1').innerText(), /Anthropic joins on 15 January 2027/);
  await inspect(page, 'change');
});

test('somebody subscribes, confirms, looks at it and leaves, by keyboard alone', TIMEOUT, async () => {
  const page = await browser.newPage();
  await page.goto(`${stage.site}/subscribe`);
  await page.locator('details.more summary').click();
  await inspect(page, 'subscribe');
  await page.locator('#mail').focus();
  await page.keyboard.type('jane@northwind.example');
  await button(page, 'Subscribe');
  assert.match(await page.locator('h1').innerText(), /look in your mail/);
  await inspect(page, 'subscribe-done');
  await stage.clock({ advance: 'PT1M' });
  await page.goto(await stage.linkTo('jane@northwind.example', 'confirm'));
  await inspect(page, 'confirm');
  await button(page, 'Confirm');
  assert.match(await page.locator('h1').innerText(), /You are subscribed/);
  await page.getByRole('link', { name: 'Manage this subscription' }).click();
  assert.match(await page.locator('h1').innerText(), /Your subscription/);
  await inspect(page, 'manage');
  await button(page, 'Unsubscribe');
  assert.match(await page.locator('h1').innerText(), /You have left/);
  await inspect(page, 'left');
});

test('a customer objects by its letter and follows what becomes of it, without script', TIMEOUT, async () => {
  const page = await browser.newPage();
  const link = await stage.linkTo('p.lindqvist@halden.example', 'object');
  await page.goto(link);
  assert.equal(await page.locator('script').count(), 0);
  assert.match(await page.locator('#until').innerText(), /You can object until \w+ \d+ December 2026, 24:00, Berlin time/);
  await inspect(page, 'object');
  await page.locator('#text').focus();
  await page.keyboard.type('Drivers’ conversations must not leave the EU under our works agreement.');
  await button(page, 'Send objection');
  assert.match(page.url(), /\/objection$/);
  assert.match(await page.locator('.notice').first().innerText(), /OBJ-2026-0001[\s\S]*In time/);
  await inspect(page, 'object-done');
  await stage.clock({ advance: 'PT1M' });
  await page.reload();
  assert.match(await page.locator('.notice').first().innerText(), /p…@halden\.example/);
  await page.goto(link);
  assert.match(await page.locator('.notice').first().innerText(), /What you write now is added to it/);
  await page.getByRole('link', { name: /your register$/ }).click();
  assert.match(await page.locator('h1').innerText(), /The register for Halden Logistics GmbH/);
  await inspect(page, 'mine');
  await page.goto(`${link}/objection`);
  await page.getByRole('link', { name: 'Take it back' }).click();
  assert.match(await page.locator('h1').innerText(), /Take back objection OBJ-2026-0001\?/);
  await inspect(page, 'take-back');
  await button(page, 'Take back the objection');
  assert.match(await page.locator('main').innerText(), /You took it back\./);
  await inspect(page, 'taken-back');
  await page.goto(await stage.linkTo('p.lindqvist@halden.example', 'letter'));
  assert.match(await page.locator('.notice').innerText(), /Genuine/);
  await inspect(page, 'letter');
});

test('with script switched off, somebody subscribes, manages and leaves, and a customer objects', TIMEOUT, async () => {
  const plain = await openBrowser({ javaScriptEnabled: false });
  try {
    const page = await plain.newPage();
    const heading = () => page.locator('h1').innerText();
    await page.setContent('<h1>off</h1><script>document.querySelector("h1").textContent = "on"</script>');
    assert.equal(await heading(), 'off');

    await page.goto(`${stage.site}/subscribe`);
    await page.fill('#mail', 'noscript@northwind.example');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    assert.match(await heading(), /look in your mail/);
    await stage.clock({ advance: 'PT1M' });
    await page.goto(await stage.linkTo('noscript@northwind.example', 'confirm'));
    await page.getByRole('button', { name: 'Confirm' }).click();
    assert.match(await heading(), /You are subscribed/);
    await page.getByRole('link', { name: 'Manage this subscription' }).click();
    assert.match(await heading(), /Your subscription/);
    await page.getByRole('button', { name: 'Unsubscribe' }).click();
    assert.match(await heading(), /You have left/);

    await page.goto(await stage.linkTo('m.roe@bolt.example', 'object'));
    await page.fill('#text', 'Our works agreement forbids it.');
    await page.getByRole('button', { name: 'Send objection' }).click();
    assert.match(page.url(), /\/objection$/);
    assert.match(await page.locator('.notice').first().innerText(), /OBJ-2026-\d+[\s\S]*In time/);
  } finally {
    await plain.close();
  }
});

// The last one: it uses up what this network may ask for.
test('whoever asks too often is told so by a page, and when to come again', TIMEOUT, async () => {
  const ask = (n) => fetch(`${stage.site}/subscribe`, { method: 'POST', body: new URLSearchParams({ mail: `often-${n}@northwind.example` }) });
  const answers = await Promise.all(Array.from({ length: 31 }, (_, n) => ask(n)));
  assert.ok(answers.some(({ status }) => status === 429));
  const page = await browser.newPage();
  await page.goto(`${stage.site}/subscribe`);
  await page.locator('#mail').fill('jane@northwind.example');
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.request().method() === 'POST'),
    page.getByRole('button', { name: 'Subscribe' }).click(),
  ]);
  assert.equal(answer.status(), 429);
  assert.ok(Number(answer.headers()['retry-after']) > 0);
  await page.waitForLoadState('load');
  assert.equal(await page.locator('link[rel=stylesheet]').count(), 1);
  // What was typed is still there, with how long to wait.
  assert.equal(await page.locator('#mail').inputValue(), 'jane@northwind.example');
  assert.match(await page.locator('#mail-error').innerText(), /What you typed is still here: press the button again in/);
  await inspect(page, 'too-many');
});
