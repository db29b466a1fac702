"""Argument and answer of a page come through as they are."""

import math

import pytest
from in_page import at_rest, in_page


@pytest.fixture(scope="module")
def page(chromium):
    page = chromium.new_page()
    yield page
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    "value",
    [
        *(0, -1.5, 1e-300, 0.1 + 0.2, 2**53, math.inf, -math.inf),
        *(None, True, "", "a \"b\" \\ \n \u2028 é \0 'c' `${x}` </script>", '"\\u0000NaN"'),
        *([], {}, [[1, None], {"a": [math.inf, "Infinity"], "": False}]),
    ],
    ids=repr,
)
def test_it_comes_back(page, value):
    assert in_page(page, "(x) => x", value) == value
    assert in_page(page, "async (x) => [x]", value) == [value]


@pytest.mark.browser
def test_what_is_no_json_comes_through_as_well(page):
    (nan,) = in_page(page, "(x) => x", [math.nan])
    assert math.isnan(nan)
    assert in_page(page, "() => new Float32Array([0.5, -Infinity])") == [0.5, -math.inf]
    assert in_page(page, "() => ({ a: Uint8Array.of(1, 255), b: undefined })") == {"a": [1, 255]}
    assert in_page(page, "() => undefined") is None


@pytest.mark.browser
def test_it_waits_for_rest(page):
    page.evaluate(
        """() => {
          window.n = 0;
          const more = () => { if (++window.n < 12) setTimeout(more, 40); };
          more();
        }"""
    )
    assert at_rest(page, "n") == 12
    with pytest.raises(AssertionError, match=r"performance.now\(\) never comes to rest"):
        at_rest(page, "performance.now()", most=9)
