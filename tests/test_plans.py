"""Course plans: nothing comes before what it needs, links set what there is, minutes add up."""

from collections import Counter
from urllib.parse import parse_qsl

import pytest
import yaml

from dgm_lessons import widgets
from teaching import costs
from teaching.pages import section, sections, source
from teaching.plans import HERE, NAMES, parsed, pictures, problems, read, shown
from teaching.plans.markdown import overview, text

KINDS = {kind.name(): kind for kind in (getattr(widgets, name) for name in widgets.__all__)}
PLANS = {name: read(name) for name in NAMES}
WHOLE = ("twelve-weeks", "self-study")
MINUTES = {"twelve-weeks": 24 * 90, "five-days": 5 * 360, "one-day": 360}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wrong_with_a_plan(name):
    assert list(problems(PLANS[name])) == []


@pytest.mark.parametrize("name", WHOLE)
def test_every_section_of_the_book_comes_once(name):
    found = Counter(s.page for unit in PLANS[name].units for s in unit.sections)
    assert found == Counter(sections())


@pytest.mark.parametrize(("name", "minutes"), MINUTES.items())
def test_minutes_add_up(name, minutes):
    spent = [sum(unit.timetable.values()) for unit in PLANS[name].units]
    assert set(spent) == {90} and sum(spent) == minutes


@pytest.mark.parametrize("name", NAMES)
def test_every_exercise_of_a_section_is_done_in_class_or_at_home(name):
    for unit in PLANS[name].units:
        every = Counter(name for s in unit.sections for name in s.exercises.values())
        assert Counter([*unit.in_class, *unit.at_home]) == every


def widgets_of(page):
    """The names of the widgets that a page shows, as it is stored."""
    stored = source(page).read_text(encoding="utf8")
    return {name for name in KINDS if f'data-widget=\\"{name}\\"' in stored}


@pytest.mark.parametrize("page", sections())
def test_pictures_set_fields_of_a_widget_of_their_page(page):
    for picture, entry in zip(pictures(page), shown()[page], strict=True):
        assert picture.seen == entry.get("seen", picture.seen)
        name, fields = picture.address.removeprefix("#set-").split("?")
        assert name in widgets_of(page), picture.words
        known = KINDS[name].class_trait_names(sync=True)
        assert {field for field, _ in parse_qsl(fields, strict_parsing=True)} <= set(known)
        assert picture.ask.endswith("?") and picture.seen


def test_every_section_with_a_widget_has_a_picture_and_no_other():
    assert set(shown()) == set(sections())
    assert {page for page in shown() if pictures(page)} == {p for p in sections() if widgets_of(p)}


@pytest.mark.parametrize("page", sections())
def test_a_section_says_what_it_needs_and_gives(page):
    found = section(page)
    if page != "11-beyond/further":  # a list of papers
        assert 3 <= len(found.outcomes) <= 6 and found.before and len(found.exercises) >= 4
    assert 10 < found.reading < 50


def changed(name, **entries):
    """A plan with entries of its first unit changed."""
    data = yaml.safe_load((HERE / f"{name}.yml").read_text(encoding="utf8"))
    data["units"][0] |= entries
    return list(problems(parsed(name, data)))


def test_a_plan_that_cannot_be_taught_is_noticed():
    early = changed("five-days", sections=["02-vae/elbo"], exercises=[])
    assert "needs 01-generative-modelling/divergences" in early[0]
    full = changed("twelve-weeks", exercises=["c-1-06", "c-1-09", "c-1-14", "c-1-16", "ex-your-f"])
    assert "minutes at the board" in full[0]
    assert "no exercise c-1-99" in changed("one-day", exercises=["c-1-99"])[0]
    with pytest.raises(ValueError, match="no such section: 02-vae/elbow"):
        changed("one-day", sections=["02-vae/elbow"])
    with pytest.raises(ValueError, match="no plan is called"):
        read("two-years")


def test_a_plan_in_words():
    plan = PLANS["one-day"]
    assert "| **In all** | 360 |" in overview(plan)
    unit = text(plan, plan.units[0])
    assert "{ref}`c-3-06 <ex-fwd-one-shot>`" in unit
    assert 'href="../03-ddpm/forward.html#set-demolition?step=450"' in unit
    assert "jump from a clean datum" in unit
    assert "8 for votes, 10 for exercises, 47 at the board" in unit


def test_the_costs_of_all_notebooks_are_measured():
    stored = costs.stored()
    assert set(stored) == set(costs.notebooks()) == set(sections()) - {"11-beyond/further"}
    assert all(0 < cost["cpu_seconds"] < 200 for cost in stored.values())
