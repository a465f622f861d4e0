"""What nbgrader's defaults get wrong, set right for those who use its own commands in this folder.

nbgrader reads this file by its name from the folder in which it is run; `--config=other.py` is ignored.
"""

from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import ClearHiddenTests, GetGrades

c = get_config()  # noqa: F821 - traitlets puts it there

c.CourseDirectory.course_id = "vizwidgets"

# A check that a student deleted is put back and run; without this it would not be scored at all.
c.OverwriteCells.add_missing_cells = True

# Seconds for each cell. There is no limit for memory, disk and output: run it in a container.
c.Execute.timeout = 30

# Feedback without hidden checks: they are printed otherwise. By then their cells have lost the marks that
# `enforce_metadata` asks for.
c.GenerateFeedback.preprocessors = [GetGrades, ClearHiddenTests, CSSHTMLHeaderPreprocessor]
c.ClearHiddenTests.enforce_metadata = False
