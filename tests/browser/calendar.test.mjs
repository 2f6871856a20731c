// The calendars as Thunderbird's own parser reads them: a deadline is an hour in the reader's calendar, with alarms, and
// a reschedule moves that hour instead of adding another.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import ICAL from 'ical.js';
import { announce, openStage } from './stage.mjs';

const TIMEOUT = { timeout: 300_000 };

let stage;
before(async () => {
  stage = await openStage();
  await announce(stage, 'en', ['HAL,Halden Logistics GmbH,Petra Lindqvist,p.lindqvist@halden.example']);
  await stage.clock({ set: '2026-12-01T09:15:00Z' });
}, TIMEOUT);
after(() => stage?.close());

/** The events of the calendar at `path`, strictly parsed. */
async function events(path) {
  const answer = await fetch(stage.site + path);
  assert.match(answer.headers.get('content-type'), /^text\/calendar/);
  const calendar = new ICAL.Component(ICAL.parse(await answer.text()));
  assert.equal(calendar.getFirstPropertyValue('version'), '2.0');
  return calendar.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component, { strictExceptions: true }));
}

/** The one event of the calendar at `path` that is all of it, or whose UID begins with `uid`. */
async function event(path, uid = '') {
  const found = (await events(path)).filter((event) => event.uid.startsWith(uid));
  assert.equal(found.length, 1);
  return found[0];
}

const utc = (time) => time.toJSDate().toISOString();

test('a deadline is an hour with alarms, and moves with its change', TIMEOUT, async () => {
  const deadline = async () => `${new URL(await stage.linkTo('p.lindqvist@halden.example', 'object')).pathname}/deadline.ics`;
  const first = await event(await deadline());
  // 14 clear days end at midnight in Berlin; the hour before it is what the calendar shows.
  console.log(`deadline: ${first.uid} SEQUENCE ${first.sequence}, ${utc(first.startDate)} to ${utc(first.endDate)}, "${first.summary}"`);
  assert.equal(first.startDate.zone, ICAL.Timezone.utcTimezone);
  assert.equal(first.endDate.zone, ICAL.Timezone.utcTimezone);
  assert.equal(utc(first.endDate).slice(10), 'T23:00:00.000Z');
  assert.equal(first.duration.toSeconds(), 3600);
  assert.match(first.summary, /Anthropic/);
  const alarms = first.component.getAllSubcomponents('valarm');
  assert.deepEqual(alarms.map((alarm) => alarm.getFirstPropertyValue('trigger').toSeconds() / 86_400), [-3, -1]);
  for (const alarm of alarms) assert.equal(alarm.getFirstPropertyValue('action'), 'DISPLAY');

  // An earlier day starts every period anew.
  const before = await event('/changes.ics', 'CHG-2026-0001@');
  assert.equal(before.startDate.toString(), '2027-01-15');
  await stage.forenotice('change', 'reschedule', 'CHG-2026-0001', '--effective', '2027-01-11');
  await stage.clock({ advance: 'P2D' });
  const [moved, after] = [await event(await deadline()), await event('/changes.ics', 'CHG-2026-0001@')];
  console.log(`moved:    ${moved.uid} SEQUENCE ${moved.sequence}, ${utc(moved.startDate)} to ${utc(moved.endDate)}`);
  assert.equal(moved.uid, first.uid);
  assert.ok(moved.sequence > first.sequence);
  assert.ok(moved.startDate.compare(first.startDate) > 0);
  assert.equal(after.uid, before.uid);
  assert.ok(after.sequence > before.sequence);
  assert.equal(after.startDate.toString(), '2027-01-11');
});
