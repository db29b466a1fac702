"""Marking a folder of submissions that are not trusted.

    python -m dgm_lessons.exercises grade FOLDER

For each exercise of each submission a fresh process runs the cells that the answer needs, and
tries the answer on the inputs of the exercise; what it says comes back as plain data through a
pipe. It is compared with the right answer here, where no submission ever runs. That process can
write no file, reach no network and no other process, and ends when its time or memory does.

`submissions` finds the notebooks, `cells` the cells that an answer needs; `student` is what the
process does, `confinement` what it cannot do, by `landlock` and `seccomp` of the kernel; `bench`
starts and ends it, `wire` reads what it says; `marks` makes rows, `command` is the command.
"""
