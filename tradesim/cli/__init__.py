"""Command line: ``tradesim list | show | duty | run | sweep | plot | report | check | trade | tour``.

Each command is its signature here and its work in a room of its own, which loads when it is called: help
comes at once.
"""

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

import tradesim
from tradesim.cli import completing, reading
from tradesim.cli.front import Front

app = typer.Typer(
    cls=Front,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: tradesim duty us-china --on 2025-04-12 --by authority",
)

BY = ("pair", "authority")
SAMPLING = ("random", "antithetic", "sobol")
DESIGNS = ("random", "latin", "sobol")
KINDS = ("duty", "fan", "truces", "phase", "story")
FORMATS = ("png", "svg", "pdf", "csv")

Json = Annotated[bool, typer.Option("--json", help="Write JSON, for scripts.")]
Formats = Annotated[
    str, typer.Option(metavar="LIST", help=f"What figures are written as: any of {', '.join(FORMATS)}.")
]
Seed = Annotated[str, typer.Option("--seed", metavar="K", help="Which random numbers, 0 or more.")]
SCENARIO = completing.of("scenario", files=(".toml",))
RECORD = completing.of("record", files=(".csv",))
EITHER = completing.of("record", "scenario", files=(".toml", ".csv"))
Subject = Annotated[
    str,
    typer.Argument(
        metavar="NAME|FILE",
        help="A packaged scenario, or a scenario file (TOML).",
        autocompletion=SCENARIO,
    ),
]


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"tradesim {tradesim.__version__}")
        raise typer.Exit


@app.callback()
def _front(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Tariff wars as data and as futures: the record, its duties, and scenarios that continue it."""


@app.command("list", epilog="Example: tradesim list --json")
def list_(json: Json = False) -> None:
    """Name the packaged records and scenarios."""
    from tradesim.cli import catalogue  # noqa: PLC0415

    catalogue.list_all(as_json=json)


@app.command(epilog="Example: tradesim show us-china --acts")
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A packaged record or scenario, or a scenario file.",
            autocompletion=EITHER,
        ),
    ],
    acts: Annotated[
        bool, typer.Option("--acts", help="List all acts of a record, not the latest 15.")
    ] = False,
    toml: Annotated[
        bool, typer.Option("--toml", help="Write a scenario as a file to change and run: --toml > my.toml")
    ] = False,
    json: Json = False,
) -> None:
    """Say what a record or a scenario is, where it comes from and what is in it."""
    from tradesim.cli import catalogue  # noqa: PLC0415

    if toml:
        catalogue.write(name, beside=[*(["--acts"] if acts else []), *(["--json"] if json else [])])
    else:
        catalogue.show(name, all_acts=acts, as_json=json)


@app.command(epilog="Example: tradesim duty us-china --on 2025-04-12 --importer USA --by authority")
def duty(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FOLDER|FILE",
            help="A packaged record, a record folder or measures (.csv).",
            autocompletion=RECORD,
        ),
    ],
    on: Annotated[list[str], typer.Option("--on", metavar="DATE", help="The day, YYYY-MM-DD; may repeat.")],
    importer: Annotated[str | None, typer.Option(help="Only what this economy charges.")] = None,
    exporter: Annotated[str | None, typer.Option(help="Only on goods from this economy.")] = None,
    by: Annotated[str, typer.Option(metavar="|".join(BY), help="Totals, or their parts too.")] = "pair",
    json: Json = False,
) -> None:
    """Say what each importer charges each exporter on a day, or on several."""
    from tradesim.cli import duties  # noqa: PLC0415

    by_authority = reading.one_of(by, "--by", BY) == "authority"
    duties.show(name, on, importer, exporter, by_authority=by_authority, as_json=json)


@app.command(epilog="Example: tradesim run us-china-2025-10 --branch lapse --out out/lapse")
def run(
    subject: Subject,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for tables and pictures; out/NAME by default.")
    ] = None,
    draws: Annotated[
        str | None, typer.Option(metavar="N", help="Draw the events N times instead of running each branch.")
    ] = None,
    seed: Seed = "0",
    branch: Annotated[str | None, typer.Option(metavar="NAME", help="Only this branch.")] = None,
    sampling: Annotated[
        str,
        typer.Option(
            metavar="|".join(SAMPLING), help="How outcomes, starts and lengths of truces are drawn."
        ),
    ] = "random",
    formats: Formats = "png,csv",
    json: Json = False,
) -> None:
    """Run a scenario: every branch that it names, or draws of its events."""
    from tradesim.cli import running  # noqa: PLC0415

    wanted = running.Wanted(
        out,
        None if draws is None else reading.whole(draws, "--draws"),
        reading.whole(seed, "--seed"),
        branch,
        reading.one_of(sampling, "--sampling", SAMPLING),
        reading.several_of(formats, "--formats", FORMATS),
    )
    running.run(subject, wanted, as_json=json)


@app.command(
    epilog="Example: tradesim sweep us-china-2025-10 --over rules.CHN.ratio=0.5:1.2 --draws 100000; "
    "tradesim sweep status out/us-china-2025-10-sweep/store"
)
def sweep(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE",
            help="A packaged scenario, a scenario file, or: status DIR.",
            autocompletion=SCENARIO,
        ),
    ],
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="After status: the store of a sweep.")
    ] = None,
    over: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=WAY",
            help="What varies, and how: 0.5:1.2 (uniform), 0.5,0.8,1 (in turn), normal(1, 0.2, 0, 2), "
            "beta(2, 3), integers(1, 5), choice(a, b); may repeat.",
        ),
    ] = None,
    draws: Annotated[str | None, typer.Option(metavar="N", help="How many draws in all.")] = None,
    seed: Annotated[
        str | None, typer.Option(metavar="K", help="Which random numbers, 0 or more; 0 by default.")
    ] = None,
    design: Annotated[
        str | None,
        typer.Option(
            metavar="|".join(DESIGNS), help="How the points of the design are drawn; random by default."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for tables and pictures; out/NAME-sweep by default."),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder that keeps every block; a folder in --out by default."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the sweep in the store, or extend it.")
    ] = False,
    level: Annotated[
        str,
        typer.Option(metavar="LEVEL", help="Say what decides whether duties exceed this: 1.25, or '125 %'."),
    ] = "1.0",
    threads: Annotated[
        str | None, typer.Option(metavar="N", help="How many; one a processor by default.")
    ] = None,
    impact: Annotated[
        bool,
        typer.Option("--impact", help="Say what it costs too: welfare, revenue, imports of 13 economies."),
    ] = False,
    formats: Formats = "png,csv",
    json: Json = False,
) -> None:
    """Run many draws over a design of parameters; stopped at any time, it can be gone on with."""
    from tradesim.cli import sweeping  # noqa: PLC0415

    wanted = sweeping.Wanted(
        tuple(over or ()),
        None if draws is None else reading.whole(draws, "--draws"),
        None if seed is None else reading.whole(seed, "--seed"),
        None if design is None else reading.one_of(design, "--design", DESIGNS),
        out,
        store,
        resume,
        level,
        None if threads is None else reading.whole(threads, "--threads", "a whole number: 2"),
        impact,
        reading.several_of(formats, "--formats", FORMATS),
    )
    sweeping.run(subject, folder, wanted, as_json=json)


@app.command(
    epilog="Example: tradesim plot us-china --start 2025-01-01 --by authority --pair USA:CHN --out duty.png"
)
def plot(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FOLDER|FILE",
            help="A packaged record or scenario, a record folder, measures (.csv) or a scenario file.",
            autocompletion=EITHER,
        ),
    ],
    start: Annotated[str | None, typer.Option(metavar="DATE", help="First day.")] = None,
    end: Annotated[str | None, typer.Option(metavar="DATE", help="Last day.")] = None,
    by: Annotated[str, typer.Option(metavar="|".join(BY), help="Lines, or one pair's layers.")] = "pair",
    pair: Annotated[
        list[str] | None, typer.Option(metavar="USA:CHN", help="Importer and exporter; may repeat.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(metavar="DATE", help="A map of who charges whom on a day.")
    ] = None,
    kind: Annotated[
        str,
        typer.Option(
            metavar="|".join(KINDS),
            help="Of a scenario: its branches, or a picture of many draws (story: of the first).",
        ),
    ] = "duty",
    draws: Annotated[str, typer.Option(metavar="N", help="How many draws, for those pictures.")] = "1000",
    seed: Seed = "0",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A .png, .svg or .pdf file, or .csv for its numbers; out/NAME.png by default.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Draw the duties of a record or of a scenario."""
    from tradesim.cli import pictures  # noqa: PLC0415

    wanted = pictures.Wanted(
        start,
        end,
        reading.one_of(by, "--by", BY),
        tuple(pair or ()),
        on,
        reading.one_of(kind, "--kind", KINDS),
        reading.whole(draws, "--draws"),
        reading.whole(seed, "--seed"),
        out,
    )
    pictures.plot(subject, wanted, as_json=json)


@app.command(epilog="Example: tradesim report us-china-two-years --draws 2000 -o report.html")
def report(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FILE|STORE",
            help="A packaged scenario or record, a record folder, a .toml or .csv file, or a store.",
            autocompletion=completing.of("record", "scenario", files=(".toml", ".csv")),
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="The HTML file; out/NAME-report.html by default."),
    ] = None,
    draws: Annotated[
        str | None, typer.Option(metavar="N", help="How many draws of a scenario; 1000 by default.")
    ] = None,
    seed: Annotated[
        str | None, typer.Option(metavar="K", help="Which random numbers of a scenario; 0 by default.")
    ] = None,
    json: Json = False,
) -> None:
    """Tell a record, a scenario or a sweep on one page: what it comes to, why, and how to make it again."""
    from tradesim.cli import reporting  # noqa: PLC0415

    wanted = reporting.Wanted(
        out,
        None if draws is None else reading.whole(draws, "--draws"),
        None if seed is None else reading.whole(seed, "--seed"),
    )
    reporting.write(subject, wanted, as_json=json)


@app.command(epilog="Example: tradesim check my-scenario.toml; tradesim check acts.csv --economies USA,CHN")
def check(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE|FOLDER",
            help="A scenario (.toml), measures (.csv) or a record folder.",
            autocompletion=completing.of(files=(".toml", ".csv")),
        ),
    ],
    economies: Annotated[
        str | None, typer.Option(metavar="CODES", help="Of measures: the economies that may appear.")
    ] = None,
    json: Json = False,
) -> None:
    """Say what is in a file, or every problem that it has, with its line."""
    from tradesim.cli import checking  # noqa: PLC0415

    checking.check(file, economies, as_json=json)


@app.command(
    epilog="Example: tradesim trade BACI_HS22_Y2023_V202501.csv --layout baci --regions USA,CHN,EU27,ROW"
)
def trade(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A public file of trade, also .gz or .zip.")],
    layout: Annotated[
        str, typer.Option(metavar="NAME", help="baci, comtrade, wits, wits-tariffs, dataweb or icio.")
    ],
    regions: Annotated[
        str, typer.Option(metavar="CODES", help="ISO codes, EU27, ASEAN, and ROW for everything else.")
    ],
    year: Annotated[str | None, typer.Option(metavar="YEAR", help="Which, if there are several.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the flows here, as CSV.")] = None,
    json: Json = False,
) -> None:
    """Add a file of trade up to regions, and say what was left out."""
    from tradesim.cli import trading  # noqa: PLC0415

    chosen = None if year is None else reading.whole(year, "--year", "a year: 2023")
    trading.show(file, trading.Wanted(layout, regions, chosen, out), as_json=json)


@app.command(
    "app", epilog="Example: tradesim app us-china-2025-10; tradesim app my-scenario.toml --port 8000"
)
def explore(
    subject: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME|FILE",
            help="Where to begin; a file is offered beside those packaged.",
            autocompletion=SCENARIO,
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Which address of this machine to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        str | None, typer.Option(metavar="N", help="Which port; the first free from 5006 on by default.")
    ] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Let --host be an address that others can reach.")
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Say where the page is, and open no browser.")
    ] = False,
) -> None:
    """Open a page with sliders for what a scenario assumes; needs tradesim[app]."""
    from tradesim.cli import exploring  # noqa: PLC0415

    number = None if port is None else reading.whole(port, "--port")
    exploring.explore(subject, exploring.Wanted(host, number, allow_remote, not no_browser))


@app.command(epilog="Example: tradesim tour --out out")
def tour(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for tables and pictures.")] = Path("out"),
) -> None:
    """Draw the us-china record and the packaged scenarios, and say what they show."""
    from tradesim.cli import touring  # noqa: PLC0415

    touring.tour(out)


def main() -> None:
    """Run the command line and leave with its exit code; what a terminal cannot show becomes ``?``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="tradesim")
