"""The joiner: scopes, what it refuses, and that the text runs as module, script and worker."""

import json

import pytest

from dgm_lessons.widgets.joiner import JoinError, join

FILES = {
    "kit/a.js": 'const own = "a";\nexport const word = own;\nexport function say(x) {\n'
    "  return own + x;\n}\nexport default [own];\n",
    "kit/b.js": 'import { say as tell, word } from "./a.js";\nconst own = "b";\n'
    "const both = tell(own) + word;\nexport { both, own as mine };\n",
    "one/widget.js": 'import list from "../kit/a.js";\nimport * as b from "../kit/b.js";\n'
    'import {\n  both,\n} from "../kit/b.js";\nexport class Thing {}\n'
    "export default [list, b.mine, both, typeof own];\n",
}


def written(tmp_path, **files):
    for name, text in {**FILES, **files}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf8")
    return tmp_path


@pytest.mark.browser
def test_each_file_has_its_own_scope(tmp_path, chromium):
    code = join(written(tmp_path), "one/widget.js")
    page = chromium.new_page()
    code += 'return [use("one/widget.js").default, Object.keys(use("kit/b.js")), files];'
    found, names, files = page.evaluate(f'() => {{ "use strict"; {code} }}')
    assert found == [["a"], "b", "aba", "undefined"] and names == ["both", "mine"]
    assert sorted(files) == sorted(FILES)
    page.close()


REFUSED = {
    "there is no file one/other.js": ("one/other.js", ""),
    'one/widget.js imports "./none.js", and there is no such file': (
        "one/widget.js",
        'import { a } from "./none.js";',
    ),
    "one/widget.js imports say2 from kit/a.js, which exports default, say, word": (
        "one/widget.js",
        'import { say2 } from "../kit/a.js";',
    ),
    "a circle of imports: one/widget.js -> kit/a.js -> kit/b.js -> kit/a.js": (
        "kit/a.js",
        'import { both } from "./b.js";\nexport const [word, say] = [1, 2];',
    ),
    "'export let a = 1;' is not understood": ("one/widget.js", "export let a = 1;"),
    "'export default function () {}' is not understood": (
        "one/widget.js",
        "export default function () {}",
    ),
    "'import \"../kit/a.js\";' is not understood": ("one/widget.js", 'import "../kit/a.js";'),
    "is not understood": ("one/widget.js", "const here = import.meta.url;"),
}


@pytest.mark.parametrize("says", REFUSED)
def test_what_cannot_be_joined_is_refused(tmp_path, says):
    name, text = REFUSED[says]
    files = {} if "other" in name else {name: text}
    with pytest.raises(JoinError) as error:
        join(written(tmp_path, **files), name if "other" in name else "one/widget.js")
    assert says in str(error.value)


@pytest.mark.browser
def test_a_worker_starts_from_the_same_text(tmp_path, chromium):
    """From a file's page, where nothing can be fetched; and from a script as well as a module."""
    page_js = (
        'export const ask = () => {\n  const worker = new Worker(new URL("./worker.js", '
        'import.meta.url), { type: "module" });\n  return new Promise((done) => '
        "(worker.onmessage = ({ data }) => done(data)));\n};\n"
    )
    worker_js = 'import { say } from "../kit/a.js";\nself.postMessage(say("!"));\n'
    files = {"one/page.js": page_js, "one/worker.js": worker_js}
    code = join(written(tmp_path, **files), "one/page.js")
    (tmp_path / "page.html").write_text("<!doctype html><title>x</title>", "utf8")
    page = chromium.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    assert page.evaluate(f'async () => {{ {code} return use("one/page.js").ask(); }}') == "a!"
    module = f'{code}export const answer = await use("one/page.js").ask();'
    load = "import(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })))"
    run = f"async () => {{ const text = {json.dumps(module)}; return (await {load}).answer; }}"
    assert page.evaluate(run) == "a!"
    page.close()
