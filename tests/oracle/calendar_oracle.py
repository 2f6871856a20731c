"""The calendar once more, from the words of its chapter, to be compared with `forenotice calendar --batch`.

Shares nothing with the program: zones by zoneinfo over PyPI tzdata, holidays by PyPI holidays, the first instant
of a day by walking through time, periods by counting days one after the other. Usage:

    calendar_oracle.py BINARY [--cases 5000] [--seed 1]

Prints every case on which the two differ, and exits 1 if there is one.
"""

import argparse
import datetime as dt
import functools
import json
import random
import subprocess
import sys
import zoneinfo

import holidays as pypi_holidays

zoneinfo.reset_tzpath(to=[])  # tzdata from PyPI, not the machine's

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
UTC = dt.timezone.utc

ZONES = """UTC Europe/Berlin Europe/London Europe/Dublin Europe/Lisbon Europe/Moscow Europe/Istanbul Africa/Cairo
Africa/Casablanca Africa/Windhoek America/Los_Angeles America/New_York America/St_Johns America/Havana
America/Sao_Paulo America/Santiago America/Asuncion America/Caracas America/Vancouver America/Scoresbysund
Antarctica/Casey Asia/Tokyo Asia/Kathmandu Asia/Beirut Asia/Tehran Asia/Pyongyang Asia/Gaza Asia/Amman
Atlantic/Azores Australia/Lord_Howe Pacific/Apia Pacific/Fakaofo Pacific/Kiritimati Pacific/Chatham Pacific/Kwajalein
Pacific/Pago_Pago Etc/GMT+12 Etc/GMT-14""".split()
CALENDARS = [
    None, "DE", "DE-BY", "DE-BE", "GB-ENG", "GB-SCT", "US", "US-CA", "FR", "FR-57", "JP", "IE", "NL", "ES-MD", "IT",
    "CH-ZH", "CA-QC", "BR-SP", "AU-NSW", "CN", "IL", "SA", "KR", "EG", "WS",
    [], ["AT"], ["DE", "US"], ["GB-ENG", "FR", "JP"],
]  # fmt: skip
CONVENTIONS = ["clear_days", "calendar_days", "eu_1182_71", "working_days", "months"]
STARTS = ["handed_over", "received", "listed"]
# Around these, days are skipped, midnights jump or come twice, or rules changed for good.
CORNERS = [
    ("Pacific/Apia", "2011-12-30"), ("Pacific/Fakaofo", "2011-12-30"), ("Africa/Cairo", "2027-04-30"),
    ("Africa/Cairo", "2014-05-16"), ("Asia/Beirut", "2026-03-29"), ("America/Santiago", "2026-09-06"),
    ("America/Asuncion", "2023-10-01"), ("America/Asuncion", "2024-03-24"), ("America/Sao_Paulo", "2018-11-04"),
    ("America/Havana", "2026-11-01"), ("America/St_Johns", "2011-11-06"), ("Asia/Gaza", "2016-03-26"),
    ("Asia/Amman", "2022-04-01"), ("Asia/Tehran", "2022-03-22"), ("Asia/Pyongyang", "2018-05-05"),
    ("America/Caracas", "2016-05-01"), ("Europe/Istanbul", "2016-09-07"), ("Europe/Moscow", "2014-10-26"),
    ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"), ("Atlantic/Azores", "2026-03-29"),
    ("America/Scoresbysund", "2024-03-31"), ("Australia/Lord_Howe", "2026-10-04"), ("Africa/Casablanca", "2026-03-22"),
]  # fmt: skip


@functools.cache
def zone(name):
    return zoneinfo.ZoneInfo(name)


def local_day(instant, name):
    return instant.astimezone(zone(name)).date()


@functools.cache
def first_instant(day, name):
    """The first instant whose local day is `day`, or a later one where the zone skips it."""
    instant = dt.datetime.combine(day, dt.time(), UTC) - dt.timedelta(hours=27)
    step = 15 * MINUTE
    while local_day(instant, name) < day:
        instant += step
    instant -= step
    while local_day(instant, name) < day:
        instant += MINUTE
    return instant


def exists(day, name):
    return local_day(first_instant(day, name), name) == day


@functools.cache
def calendar(code):
    country, _, subdivision = code.partition("-")
    return pypi_holidays.country_holidays(country, subdiv=subdivision or None)


class Terms:
    def __init__(self, case):
        self.zone = case["zone"]
        codes = case["holidays"] or []
        self.codes = [codes] if isinstance(codes, str) else codes
        self.convention = case["convention"]
        self.start = case["start"]

    def working(self, day):
        return day.weekday() < 5 and not any(day in calendar(code) for code in self.codes)

    def next_working(self, day):
        day += DAY
        while not self.working(day):
            day += DAY
        return day

    def notice_day(self, given_at):
        local = given_at.astimezone(zone(self.zone))
        day = local.date()
        if self.start != "received":
            return day
        if local.hour >= 17 or not self.working(day):
            day = self.next_working(day)
        while not exists(day, self.zone):
            day = self.next_working(day)
        return day

    def held(self, days):
        return sum(1 for day in days if self.working(day))

    def earliest(self, notice_day, n):
        if self.convention == "clear_days":
            return notice_day + (n + 1) * DAY
        if self.convention == "calendar_days":
            return notice_day + n * DAY
        if self.convention == "months":
            return months_on(notice_day, n) + DAY
        if self.convention == "working_days":
            day = notice_day
            for _ in range(n):
                day = self.next_working(day)
            return day + DAY
        day = notice_day + (n + 1) * DAY
        while n >= 2 and self.held(between(notice_day, day)) < 2:
            day += DAY
        return day

    def last(self, notice_day, m):
        if self.convention in ("clear_days", "calendar_days"):
            return notice_day + m * DAY
        if self.convention == "months":
            return months_on(notice_day, m)
        if self.convention == "working_days":
            day = notice_day
            for _ in range(m):
                day = self.next_working(day)
            return day
        day = notice_day + m * DAY
        while not self.working(day) or (m >= 2 and self.held(between(notice_day, day + DAY)) < 2):
            day += DAY
        return day


def between(first, last):
    return [first + n * DAY for n in range(1, (last - first).days)]


def months_on(day, months):
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    for number in range(day.day, 0, -1):
        try:
            return dt.date(year, month, number)
        except ValueError:
            continue
    raise AssertionError(day)


def answer(case):
    given_at = dt.datetime.fromisoformat(case["given_at"])
    terms = Terms(case)
    notice_day = terms.notice_day(given_at)
    earliest = terms.earliest(notice_day, case["notice_days"])
    while not exists(earliest, terms.zone):
        earliest += DAY
    clear_at = max(first_instant(earliest, terms.zone), given_at)
    last = deadline = None
    if case["objection_days"] is not None:
        last = terms.last(notice_day, case["objection_days"])
        deadline = first_instant(last + DAY, terms.zone)
        clear_at = max(clear_at, deadline)
    effective = local_day(clear_at, case["policy_zone"]) - 2 * DAY
    while first_instant(effective, case["policy_zone"]) < clear_at or not exists(effective, case["policy_zone"]):
        effective += DAY
    return {
        "notice_day": str(notice_day),
        "objection_last_day": last and str(last),
        "objection_deadline": deadline and written(deadline),
        "clear_at": written(clear_at),
        "earliest_effective": str(effective),
    }


def written(instant):
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def some_case(some):
    where = some.choice(ZONES)
    begin = int(dt.datetime(2011, 1, 1, tzinfo=UTC).timestamp())
    end = int(dt.datetime(2038, 1, 1, tzinfo=UTC).timestamp())
    given_at = dt.datetime.fromtimestamp(some.randrange(begin, end), UTC)
    convention = some.choice(CONVENTIONS)
    longest = 24 if convention == "months" else some.choice([3, 14, 45, 366])
    n, m = some.randint(0, longest), some.randint(0, longest)
    policy = some.choice([where, some.choice(ZONES)])
    if some.random() < 0.3:
        # Aim a notice, a period's end or its effective date at a corner.
        where, day = some.choice(CORNERS)
        n, m = some.randint(0, 12), some.randint(0, 12)
        at = first_instant(dt.date.fromisoformat(day), where) + some.randint(-2, 2) * dt.timedelta(hours=1)
        given_at = at - some.choice([0, 1, n - 1, n, n + 1, m, m + 1]) * DAY + some.randint(-90, 90) * MINUTE
        policy = some.choice([where, where, policy])
    elif some.random() < 0.3:
        # The end of business hours, in the customer's zone.
        local = dt.datetime.combine(local_day(given_at, where), dt.time(17), zone(where))
        given_at = local.astimezone(UTC) + dt.timedelta(seconds=some.randint(-2, 2))
    return {
        "given_at": written(given_at),
        "zone": where,
        "notice_days": n,
        "objection_days": some.choice([m, m, m, None]),
        "convention": convention,
        "holidays": some.choice(CALENDARS),
        "policy_zone": policy,
        "start": some.choice(STARTS),
    }


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("binary")
    arguments.add_argument("--cases", type=int, default=5000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments = arguments.parse_args()
    some = random.Random(arguments.seed)
    cases = [some_case(some) for _ in range(arguments.cases)]
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    told = subprocess.run(
        [arguments.binary, "calendar", "--batch"], input=lines, capture_output=True, text=True, check=False
    )
    answers = [json.loads(line) for line in told.stdout.splitlines()]
    if len(answers) != len(cases):
        sys.exit(f"{len(cases)} cases, {len(answers)} answers: {told.stderr}")
    different = 0
    for case, got in zip(cases, answers, strict=True):
        wanted = {**case, **answer(case)}
        if got != wanted:
            different += 1
            if different <= 20:
                changed = {key: (wanted.get(key), got.get(key)) for key in {*wanted, *got} if wanted.get(key) != got.get(key)}
                print(f"{json.dumps(case)}\n    (oracle, program): {changed}")
    if different or told.returncode != 0:
        sys.exit(f"{different} of {len(cases)} cases differ (seed {arguments.seed}); exit {told.returncode}")
    zones, calendars = len({case["zone"] for case in cases}), len({str(case["holidays"]) for case in cases})
    print(f"calendar: {len(cases)} cases in {zones} zones and {calendars} sets of holidays agree (seed {arguments.seed})")


main()
