"""The commands: a thin, stable public interface to locking, sessions, results and packs (docs/commands.md)."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from dsmb_app import __version__, ard, drafting, locking
from dsmb_app.cli import demo, keys, trial
from dsmb_app.cli.audit_table import audit_lines
from dsmb_app.cli.opening import open_at_level, passphrase, warn
from dsmb_app.cli.options import Choice, File, KeyFile, KeyPassphrase, LevelOption, Out, Secrets, Signer
from dsmb_app.cli.pack import pack
from dsmb_app.cli.progress import steps
from dsmb_app.cli.selftest import selftest
from dsmb_app.model.errors import Refusal, on_one_line
from dsmb_app.model.study import accepted_leaks
from dsmb_app.model.words import Level
from dsmb_app.snapshot import container
from dsmb_app.snapshot.atomic import write_atomically
from dsmb_app.snapshot.lock_plan import LockPlan
from dsmb_app.snapshot.secrets_file import SecretsFile
from dsmb_app.snapshot.seen import Place, Seen
from dsmb_app.store.audit import AuditLog
from dsmb_app.store.audit_verify import AuditReport
from dsmb_app.store.audit_verify import verify as verify_log
from dsmb_app.store.state_folder import state_folder

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Review a locked trial snapshot."
)


@app.command()
def init(
    source: Annotated[Path, typer.Argument(help="Folder with the datasets.")],
    out: Annotated[Path | None, typer.Option("--out", help="Where to write it; else SOURCE/study.toml.")] = None,
) -> None:
    """Draft a commented study.toml from what the datasets hold."""
    target = out or source / "study.toml"
    if target.exists():
        raise Refusal("INIT-EXISTS", "The file exists already.", "Move it away or give --out.", file=target.name)
    write_atomically(target, drafting.draft(source).encode("utf-8"), mode=0o644)
    typer.echo(f"Wrote {target}. Read every line of it before you lock.")


@app.command()
def lock(  # noqa: PLR0913 - each is an option of a public command
    source: Annotated[Path, typer.Argument(help="Folder with the datasets.")],
    study: Annotated[Path, typer.Option("--study", help="The study file.")],
    out: Annotated[Path, typer.Option("--out", help="The snapshot to write.")],
    secrets: Annotated[Path, typer.Option("--secrets", help="Where the phrases go; phrases in it are used again.")],
    trial: Annotated[Path | None, typer.Option("--trial", help="The trial file; made if there is none.")] = None,
    member: Annotated[
        list[str] | None, typer.Option("--member", help="Lock a part for a member too: PART=CARD; may be repeated.")
    ] = None,
    phrase: Annotated[
        list[str] | None, typer.Option("--phrase", help="PART=generate, PART=FILE or PART=none; may be repeated.")
    ] = None,
    accept_leak: Annotated[
        list[str] | None, typer.Option("--accept-leak", help="COLUMN=REASON: it may tell the arms; may be repeated.")
    ] = None,
    test_seed: Annotated[int | None, typer.Option("--test-seed", help="Make a TEST snapshot, repeatable.")] = None,
) -> None:
    """Seal a delivery into one signed, encrypted snapshot."""
    if trial is None and test_seed is None:
        raise Refusal("LOCK-TRIAL", "No trial file is given.", "Give --trial FILE (made if there is none).")
    plan = LockPlan.of_options(member or (), phrase or ())
    with steps(len(locking.STEPS)) as show:
        report = locking.lock(
            source, study=study, trial=trial, out=out, secrets_path=secrets, plan=plan,
            accept_leaks=accepted_leaks(accept_leak or ()), test_seed=test_seed, progress=show,
        )  # fmt: skip
    typer.echo(report.text())


@app.command()
def verify(file: File, signer: Signer = None) -> None:
    """Check a snapshot's form, signature and hashes. Exit code 2 when anything is wrong."""
    found = container.load(file, signers=[signer] if signer else None)
    typer.echo(f"{on_one_line(found.path_name)}: whole and unchanged since it was signed.")
    typer.echo(f"snapshot {found.snap_id}, number {found.seq} of trial {found.trial}")
    typer.echo(f"sha256 {found.sha256}")
    trust = "as expected" if signer else "compare it with the letter to the board"
    typer.echo(f"signer {found.signer} ({trust})")
    warn(Seen(state_folder()).warnings(Place(found.trial, found.seq, found.sha256, found.prev_sha256)))


@app.command(name="open")
def open_window(
    file: File,
    secrets: Secrets = None,
    signer: Signer = None,
    key: KeyFile = None,
    passphrase_file: KeyPassphrase = None,
    closed: Annotated[bool, typer.Option("--closed", help="Start a closed session; phrases are asked for.")] = False,
    from_stdin: Annotated[bool, typer.Option("--stdin", hidden=True)] = False,
) -> None:
    """Open a snapshot in a window."""
    # Only this command needs Qt; the others work where it cannot load.
    from dsmb_app import app as window  # noqa: PLC0415

    given = json.loads(sys.stdin.readline()) if from_stdin else {}
    kept = SecretsFile.load(secrets) if secrets else None
    phrase = given.get("phrase") or (kept.phrases.get("main") if kept else None)
    if "key" in given:
        key = Path(given["key"])
    elif phrase:
        key = None
    elif key and passphrase_file:
        phrase = passphrase(key, passphrase_file)
    asked = given.get("signer") or signer or (kept.signer if kept else None)
    # Without one the window trusts the signer pinned for the trial, or asks for the fingerprint.
    signers = (asked,) if asked else ()
    raise SystemExit(window.run_open(file, phrase=phrase, key=key, signers=signers, closed=closed))


@app.command(name="ard")
def results(  # noqa: PLR0913 - each is an option of a public command
    file: File,
    level: LevelOption = Level.POOLED,
    exhibit: Annotated[list[str] | None, typer.Option("--exhibit", help="An exhibit; may be repeated.")] = None,
    choice: Choice = None,
    secrets: Secrets = None,
    signer: Signer = None,
    key: KeyFile = None,
    passphrase_file: KeyPassphrase = None,
    out: Out = None,
) -> None:
    """Write the analysis results as CSV: exhibit, arm, arm_ref, row, stat_name, stat, stat_fmt, note."""
    session = open_at_level(
        file, level, secrets, signer, why="analysis results", key=key, passphrase_file=passphrase_file
    )
    session.choose_by_text(choice or [])
    data = ard.results_csv(session, exhibit or []).encode("utf-8")
    session.record_export("ard", data, out.name if out else "standard output")
    typer.echo(f"Head of the audit log: {session.audit_head}", err=True)
    if out:
        write_atomically(out, data)
    else:
        sys.stdout.buffer.write(data)


@app.command(name="demo")
def demonstrate(
    folder: Annotated[Path | None, typer.Argument(help="Write everything here; without it a window opens.")] = None,
    pages: Annotated[list[str] | None, typer.Option("--pages", hidden=True, help="WIDTHxHEIGHT.")] = None,
) -> None:
    """Show the synthetic demo trial: in a window, or as files in FOLDER."""
    if folder is not None and pages:
        sizes = [(int(wide), int(high)) for wide, _, high in (size.partition("x") for size in pages)]
        demo.run_pages(folder, sizes, typer.echo)
        return
    if folder is not None:
        for path in demo.run_demo(folder, typer.echo):
            typer.echo(f"  {path}")
        typer.echo(f"Start with {folder / 'read-me.txt'}.")
        return
    from dsmb_app import app as window  # noqa: PLC0415 - the other commands work where Qt cannot load

    with tempfile.TemporaryDirectory(prefix="dsmb-demo-") as place:
        file, keys = demo.lock_demo(Path(place))
        typer.echo('For the closed session choose "Start closed session" in the window and give these phrases:')
        typer.echo(f"  codes: {keys.phrases['codes']}\n  names: {keys.phrases['names']}")
        raise SystemExit(window.run_open(file, phrase=keys.phrases["main"], signers=(keys.signer,)))


app.command(name="pack")(pack)
app.command(name="selftest")(selftest)
app.add_typer(keys.app, name="key")
app.add_typer(trial.app, name="trial")
audit_app = typer.Typer(no_args_is_help=True, help="The audit log of this machine.")
app.add_typer(audit_app, name="audit")


@audit_app.command(name="show")
def audit_show() -> None:
    """Print the audit log of this machine, one event a line."""
    for line in audit_lines(AuditLog(state_folder()).entries()):
        typer.echo(line)


@audit_app.command(name="verify")
def audit_verify(
    file: Annotated[Path, typer.Argument(help="An audit.jsonl.")],
    anchor: Annotated[str | None, typer.Option("--anchor", help="A head printed in an export.")] = None,
) -> None:
    """Check an audit log's chain and signatures, and that it still holds an export's head."""
    report = verify_log(file, anchor)
    for count, event in ((report.events[name], name) for name in sorted(report.events)):
        typer.echo(f"{count:>6}  {event}")
    typer.echo(f"{report.entries} sound line(s) from {report.first} to {report.last}, head {report.head}")
    if not report.ok:
        typer.echo(_fault(report), err=True)
        raise SystemExit(2)


def _fault(report: AuditReport) -> str:
    if report.fault_line is not None:
        return f"Line {report.fault_line}: {report.fault}"
    return "The anchor is not in this log: lines were cut off, or it is another log."


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)
