"""Marking a folder of submissions that are not trusted.

    python -m dgm_lessons.exercises grade FOLDER

For each exercise of each submission a fresh process runs the cells that the answer needs, and
tries the answer on the inputs of the exercise; what it says comes back as plain data through a
pipe. It is compared with the right answer here, where no submission ever runs. That process can
write no file, reach no network and no other process, and ends when its time or memory does.

What this does not stop. An answer may take the solution from this package, which it must be able
to read, or be copied from a neighbour. It may read the files of Python and of the system under
`/usr`, and tell of them in the message of an exception, which stands in its own row of the marks.
It may use up its time, in all six times that of an answer for each page, so that many such
submissions keep the run for long. It may find a flaw in the kernel.

`submissions` finds the notebooks, `cells` the cells that an answer needs; `student` is what the
process does, `confinement` what it cannot do, by `landlock` and `seccomp` of the kernel; `bench`
starts and ends it, `wire` reads what it says; `marks` makes rows, `command` is the command.
"""
