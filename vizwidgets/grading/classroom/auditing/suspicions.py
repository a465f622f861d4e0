"""Names that an answer has no need of, and what they are for."""

from __future__ import annotations

PATCHED = ("torch", "numpy", "math", "builtins", "operator", "random", "sys", "vizwidgets", "IPython")
MAY_BE_SET = ("torch.backends",)  # by people who want the same numbers at every run

# beginning of a dotted name: what it is for
MODULES = {
    "vizwidgets.grading": "imports from vizwidgets.grading",
    "builtins": "reaches for Python's own functions",
    "unittest.mock": "replaces functions",
    "importlib": "loads modules by hand",
    "inspect": "looks into the code that runs",
    "gc": "looks into all objects of the process",
    "ctypes": "reaches into the memory of the process",
    "dis": "looks into the code that runs",
    "types.FunctionType": "makes functions from code",
    "types.CodeType": "makes functions from code",
    "sys.modules": "reaches for modules by sys.modules",
    "sys._getframe": "looks into the frames of the caller",
    "sys._current_frames": "looks into the frames of the caller",
    "sys.settrace": "watches the code that runs",
    "sys.setprofile": "watches the code that runs",
    "sys.meta_path": "changes how modules are imported",
    "sys.path": "changes where modules are looked for",
    "sys.exit": "ends the process",
    "os._exit": "ends the process",
    "os.kill": "ends processes",
    "os.abort": "ends the process",
    "os.environ": "reads the environment, where a seed may be pinned",
    "os.getenv": "reads the environment, where a seed may be pinned",
    "os.system": "starts another program",
    "os.popen": "starts another program",
    "os.exec*": "starts another program",
    "os.spawn*": "starts another program",
    "os.fork": "starts another process",
    "os.listdir": "looks for files",
    "os.scandir": "looks for files",
    "os.walk": "looks for files",
    "glob": "looks for files",
    "subprocess": "starts another program",
    "multiprocessing": "starts another process",
    "pty": "starts another program",
    "threading": "leaves something running beside the checks",
    "atexit": "leaves something to run at the end",
    "signal": "takes the time limit into its own hands",
    "socket": "reaches for the network",
    "requests": "reaches for the network",
    "urllib": "reaches for the network",
    "http": "reaches for the network",
    "nbformat": "reads notebooks",
    "IPython": "reaches for the shell that runs the cells",
}
ALLOWED = ("vizwidgets.grading.keep_record", "IPython.display")
NAMES = {
    "get_ipython": "reaches for the shell that runs the cells",
    "__builtins__": "reaches for Python's own functions",
    "__loader__": "loads modules by hand",
    "fresh_seed": "asks for the seed of the hidden inputs",
    "globals": "reaches for all names at once",
    "exec": "runs a text as code",
    "eval": "runs a text as code",
    "compile": "runs a text as code",
    "__import__": "loads modules by hand",
    "open": "opens a file",
    "breakpoint": "waits for a person",
}
_CODE, _FRAMES = "looks into the code that runs", "looks into the frames of the caller"
ATTRIBUTES = {
    **dict.fromkeys(("__globals__", "__code__", "__closure__", "__subclasses__", "__mro__"), _CODE),
    **dict.fromkeys(("f_globals", "f_locals", "f_back", "tb_frame", "gi_frame"), _FRAMES),
    **dict.fromkeys(("read_text", "read_bytes", "iterdir", "rglob"), "opens a file"),
    "input_transformers_post": "rewrites cells before they run",
    "input_transformers_cleanup": "rewrites cells before they run",
    "ast_transformers": "rewrites cells before they run",
    "user_ns": "reaches for all names at once",
    "__class__": "reaches for the class of an object",
}
COMPARISONS = {
    *("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__float__", "__array__"),
    *("__getattr__", "__getattribute__", "__torch_function__", "__instancecheck__", "__subclasscheck__"),
}
PLACES = {
    "VIZ_GRADE_SEED": "reads the environment, where a seed may be pinned",
    "../": "names a folder outside of its own",
    "..\\": "names a folder outside of its own",
    "source/": "names the folder of the sources",
    "submitted/": "names the folder of the submissions",
    "/proc/": "names a folder of the system",
    "/etc/": "names a folder of the system",
    ".ipynb": "names a notebook",
}
