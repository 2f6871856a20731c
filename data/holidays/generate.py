"""Writes data/holidays/table.txt from the Python package `holidays` (run by script/generate-holidays).

Taken as the package gives it: `country_holidays(code, subdiv=...)`, category public, substitute days as the
package observes them, every country and every subdivision. With `--check` nothing is written: exit 1 if the
table is not what the pinned package says.
"""

import collections
import datetime
import itertools
import os
import pathlib
import sys
import warnings
from importlib.metadata import version

# The package names feasts in the language of whoever runs it, and the table tells feasts apart by their names.
for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
    os.environ.pop(variable, None)
os.environ["LANG"] = "C.UTF-8"

import holidays  # noqa: E402

FIRST, LAST = 2010, 2100
# A feast that comes every year and is then missing for ever has run out of its table, not out of law, if that
# happens in a year that is still to come.
LAWS_END_BEFORE = 2027
# Lunar feasts pass a year by now and then; near the end of the table that means nothing.
TABLES_END_BEFORE = 2092

HERE = pathlib.Path(__file__).parent
TABLE = HERE / "table.txt"


def feasts(country, subdivision):
    """The days of one calendar, by the name of the feast."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that a table ends; `known_until` says so
        days = holidays.country_holidays(country, subdiv=subdivision, years=range(FIRST, LAST + 1))
    named = collections.defaultdict(set)
    for day, names in days.items():
        for name in names.split("; "):
            if FIRST <= day.year <= LAST:
                named[name].add(day)
    assert set().union(*named.values()) == {day for day in days if FIRST <= day.year <= LAST}
    return dict(named)


def known_years(country, named):
    """The first and last year about which the package says anything, and the last in which no feast is missing."""
    entity = getattr(holidays, country)
    first, last = max(FIRST, entity.start_year), min(LAST, entity.end_year)
    complete = last
    years = collections.defaultdict(set)
    for name, days in named.items():
        for qualifier in (" (estimated)", " (observed)", " (observed, estimated)"):
            name = name.replace(qualifier, "")
        years[name] |= {day.year for day in days}
    for had in years.values():
        end = max(had)
        every_year = sum(year in had for year in range(end - 4, end + 1)) >= 4
        if every_year and LAWS_END_BEFORE <= end < TABLES_END_BEFORE:
            complete = min(complete, end)
    return first, last, complete


def runs(days):
    """`2010-2100:1225` is that day of each year, `2010:0404,0424` one day of each year from 2010 on."""
    left = collections.defaultdict(list)
    for day in sorted(days):
        left[day.year].append(f"{day:%m%d}")
    out = []
    while left:
        year = min(left)
        # The day that stays the same the longest.
        start = max(left[year], key=lambda d: next(n for n in itertools.count() if d not in left.get(year + n, ())))
        run = [start]
        while year + len(run) in left:
            following = left[year + len(run)]
            if run[-1] in following:
                run.append(run[-1])
            elif len(set(run)) > 1 or len(run) == 1:
                run.append(min(following, key=lambda d: abs(int(d) - int(run[-1]))))
            else:
                break
        if len(set(run)) == 1 and len(run) > 1:
            out.append(f"{year}-{year + len(run) - 1}:{start}")
        else:
            out.append(f"{year}:{','.join(run)}")
        for n, day in enumerate(run):
            left[year + n].remove(day)
            if not left[year + n]:
                del left[year + n]
    return " ".join(out)


def table():
    """The whole file."""
    numbers, calendars = {}, []
    for country, subdivisions in sorted(holidays.list_supported_countries(include_aliases=False).items()):
        for subdivision in [None, *sorted(subdivisions)]:
            named = feasts(country, subdivision)
            first, last, complete = known_years(country, named)
            known = f"{first}-{last}" if complete == last else f"{first}-{last}~{complete}"
            named = {n: frozenset(d for d in days if first <= d.year <= last) for n, days in named.items()}
            kept = sorted({frozenset(days) for days in named.values() if days}, key=sorted)
            ids = [numbers.setdefault(days, len(numbers)) for days in kept]
            days = frozenset().union(*kept)
            code = country if subdivision is None else f"{country}-{subdivision}"
            since = datetime.date(FIRST, 1, 1)
            total = sum((day - since).days for day in days)
            calendars.append(f"{code}\t{known}\t{len(days)}/{total}\t{' '.join(map(str, ids))}".rstrip())
    head = (HERE / "HEAD.txt").read_text().replace("{version}", version("holidays"))
    return "\n".join([*head.splitlines(), "feasts", *map(runs, numbers), "calendars", *calendars, ""])


def main():
    written = table()
    if "--check" in sys.argv:
        if TABLE.read_text() != written:
            sys.exit(f"{TABLE} is not what holidays {version('holidays')} says: run script/generate-holidays")
        print(f"{TABLE.name} is what holidays {version('holidays')} says")
    else:
        TABLE.write_text(written)
        print(f"{TABLE}: {len(written)} bytes")


main()
