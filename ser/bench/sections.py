"""The sections of the benchmark: what measures each, and what it prints."""

from argparse import Namespace

from ser import console
from ser.bench import figures


def run(section: str, options: Namespace) -> None:
    """Measure a section, print it and write it to a file.

    It is left out if the file has it of the bundled model, unless sections were named.

    options: of `python -m ser bench`.
    """
    if options.json and not options.sections and figures.is_measured(options.json, section):
        print(f"{section}: {options.json} has it of this model.")
        return
    arguments = ()
    if section == "analysis":
        from ser.bench import speed as benchmark
    elif section == "start":
        from ser.bench import start_up as benchmark
    elif section == "page":
        from ser.bench import page as benchmark
    elif section == "load":
        from ser.bench import load as benchmark

        arguments = options.people, options.minutes
    elif section == "gpu":
        from ser.bench import gpu as benchmark
    else:
        with console.required("requirements-scale.txt"):
            from ser.bench import scale as benchmark
        arguments = options.data, options.clips
    measured = benchmark.measure(*arguments)
    benchmark.table(measured)
    if options.json:
        figures.record(options.json, section, measured)
