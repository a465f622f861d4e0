"""Code that reaches for the checks is flagged by its shape, honest answers are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from vizwidgets.grading.classroom.auditing.reaching import imported_names, reaches, shell_lines
from vizwidgets.grading.classroom.recognizing.student_code import statements_of
from vizwidgets.grading.sheets.course import Course
from vizwidgets.grading.sheets.mutants import read_mutants
from vizwidgets.grading.sheets.sheet import Sheet

ASSIGNMENTS = Course(Path(__file__).parents[3] / "notebooks" / "assignments")


def words_of(code):
    return [reach.words for reach in reaches(statements_of(code))]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import vizwidgets.grading.closeness as c", "imports from vizwidgets.grading"),
        ("from vizwidgets import grading", "imports from vizwidgets.grading"),
        ("import vizwidgets as vw\nvw.grading.close = print", "replaces vizwidgets.grading.close"),
        ("import torch\ntorch.allclose = lambda *a: True", "replaces torch.allclose"),
        ("from torch import Tensor as T\nT.__eq__ = lambda a, b: True", "replaces torch.Tensor.__eq__"),
        ("def f():\n    import math\n    math.isclose = print", "replaces math.isclose"),
        ("import torch\nsetattr(torch, 'all' + 'close', print)", "replaces parts of torch by setattr"),
        ("import builtins\nbuiltins.abs = id", "replaces builtins.abs"),
        ("__builtins__.abs = id", "reaches for Python's own functions"),
        ("all = lambda *a: True", "gives all() another meaning, which the checks use, too"),
        ("def isinstance(x, y): return True", "gives isinstance() another meaning"),
        ("get_ipython().input_transformers_post.append(f)", "rewrites cells before they run"),
        ("ip.ast_transformers.append(f)", "rewrites cells before they run"),
        ("from IPython import get_ipython", "reaches for the shell that runs the cells"),
        ("import sys\nsys.modules['torch'] = 1", "reaches for modules by sys.modules"),
        ("from sys import modules", "reaches for modules by sys.modules"),
        ("import inspect", "looks into the code that runs"),
        ("import sys\nsys._getframe(1).f_globals", "looks into the frames of the caller"),
        ("def f(x):\n    return f.__globals__['seed']", "looks into the code that runs"),
        ("open('../source/a1/a1.ipynb').read()", "names a folder outside of its own"),
        ("from pathlib import Path\nPath('x').read_text()", "opens a file"),
        ("import os\nos._exit(0)", "ends the process"),
        ("from os import execv", "starts another program"),
        ("import subprocess as s", "starts another program"),
        ("import socket", "reaches for the network"),
        ("from urllib.request import urlopen", "reaches for the network"),
        ("from vizwidgets.grading import fresh_seed\nfresh_seed()", "asks for the seed of the hidden inputs"),
        ("import os\nos.environ.get('VIZ_GRADE_SEED')", "reads the environment, where a seed may be pinned"),
        ("exec(bytes([1, 2]).decode())", "runs a text as code"),
        ("getattr(x, a + b)()", "looks for a name that is put together while it runs"),
        ("__import__('os')", "loads modules by hand"),
        ("class Yes:\n    def __eq__(self, other): return True", "makes objects that answer comparisons"),
        ("import threading", "leaves something running beside the checks"),
        ("def f(x:\n    import subprocess\n", "mentions subprocess, in lines that are no Python"),
    ],
)
def test_what_reaches_for_the_checks_is_flagged(code, words):
    assert any(each.startswith(words) for each in words_of(code)), words_of(code)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("# mine\n@cache\ndef f(x):\n    y = x\n    os._exit(0)  # now\n    return y", "os._exit(0)  # now"),
        ("y = 1\n\n\ndef f(x):\n    for _ in x:\n        os.fork()", "os.fork()"),
        ("%time y = 1\ndef f(x:\n\ndef g(x):\n    y = x\n    os._exit(0)", "os._exit(0)"),
        ("y = 1; os.fork()", "os.fork()"),
        ("@cache\nclass Yes:\n    def __eq__(self, other): return True", "class Yes:"),
        ("def f():\n    return [\n        1,\n        os.fork(),\n    ]", "os.fork(),"),
    ],
)
def test_the_line_that_reaches_is_shown_and_not_the_beginning_of_its_function(code, line):
    assert [each.text for each in reaches(statements_of(f"import os\n{code}"))] == [line]


@pytest.mark.parametrize(
    "code",
    [
        "import torch\nfrom torch import nn\ntorch.manual_seed(0)\ntorch.backends.cudnn.deterministic = True",
        "net = nn.Linear(2, 2)\nnet.weight.data = net.weight * 2\nnet.eval()",
        "def f(x):\n    'Reads ../source as open(x) would.'\n    return x.abs().sum() + max(x)",
        "sum = x.sum()\nmax = 3\nfilter = 42\nmap = saliency(x)",
        "from IPython.display import display\nfrom vizwidgets.grading import keep_record",
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.w = 1",
        "get = getattr(x, 'shape')\nhook = layer.register_forward_hook(f)",
        "import numpy as np\nnp.random.seed(0)\na = np.zeros(3)\na[0] = 1",
        "def f(random):\n    random.x = 1",
    ],
)
def test_honest_code_is_not_flagged(code):
    assert words_of(code) == []


@pytest.mark.parametrize("sheet", ASSIGNMENTS.sheets())
def test_no_solution_and_no_typical_wrong_answer_is_flagged(sheet):
    source = Sheet.read(ASSIGNMENTS.source(sheet))
    names = imported_names(statements_of(source.cell("setup").source))
    answers = [source.cell(name).source for name, functions in source.answers.items() if functions]
    mutants = read_mutants(ASSIGNMENTS.mutants(sheet))
    answers += [mutant.applied_to(source.cell(mutant.cell).source) for mutant in mutants]
    assert len(answers) > 25
    assert [reach for text in answers for reach in reaches(statements_of(text), names)] == []


def test_lines_for_the_system_are_found_and_measurements_are_not():
    source = "!pip install x\n!cat ../source\n%time f()\n%%bash\n%matplotlib inline\n%run other.py\n%cd .."
    assert shell_lines(source) == ["!cat ../source", "%%bash", "%run other.py", "%cd .."]
