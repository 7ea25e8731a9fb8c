"""`oferta run`, `worker`, `migrate`, `stop`: the service on this machine."""

from __future__ import annotations

import os
from importlib import import_module
from threading import Thread

import click

from oferta.project import embedded
from oferta.project.cli.commands import Command
from oferta.project.cli.output import Output
from oferta.project.config import read_config


@click.command(cls=Command, example="OFERTA_PORT=8080 oferta run")
@click.pass_obj
def run(out: Output) -> None:
    """Bring everything up and print the address once it answers.

    Starts the embedded PostgreSQL (unless DATABASE_URL names another), creates the database,
    migrates, loads the samples in development, and runs web and worker until Ctrl-C. If one
    of them ends by itself, both are stopped and the command fails: nothing is restarted silently.
    """
    from oferta.project.running.supervisor import Supervisor, open_port

    config = read_config()
    listening = open_port(config.bind, config.port)
    ours = not config.database_url and not embedded.is_running()
    starting = Thread(target=embedded.start_server)
    try:
        if ours:
            starting.start()  # beside our own reading of code
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oferta.project.settings")
        import_module("django").setup()
        from oferta.project import samples
        from oferta.project.running.database import prepare

        if ours:
            starting.join()
        host = _reached_at(config.bind)
        supervisor = Supervisor(host=host, port=config.port, listening=listening)
        supervisor.start("web")  # it reads the terms while the database comes up
        try:
            if applied := prepare():
                click.echo(f"Tables made or changed by {len(applied)} migrations.", err=True)
            supervisor.migrated.set()
            supervisor.start("worker")
            for line in samples.load() if config.development else ():
                click.echo(line, err=True)
        except BaseException:
            supervisor.stop()
            raise
        address = f"http://{host}:{config.port}/"
        supervisor.watch(lambda: out.emit({"address": address}, f"Oferta answers at {address}"))
    finally:
        listening.close()
        if ours:
            starting.join()
            embedded.stop_server()


@click.command(
    cls=Command, django=True, example="DATABASE_URL=postgresql://db/oferta oferta worker"
)
@click.pass_obj
def worker(out: Output) -> None:
    """Run only the worker: deliver notices and do what else waits in the outbox.

    For machines that run web and worker apart. Several may run at once; each job is taken by one.
    """
    from oferta.project.running.worker import work

    work()
    out.emit({"stopped": True}, "The worker has stopped.")


@click.command(cls=Command, django=True, example="oferta migrate")
@click.pass_obj
def migrate(out: Output) -> None:
    """Create the database if it is missing and bring its tables up to date."""
    from oferta.project.running.database import prepare

    applied = prepare()
    text = "\n".join(f"migrated {name}" for name in applied) or "The tables are up to date."
    out.emit({"applied": applied}, text)


@click.command(cls=Command, example="oferta stop")
@click.pass_obj
def stop(out: Output) -> None:
    """Stop the embedded PostgreSQL of this folder.

    `oferta run` stops the server that it started. One that another command brought up stays,
    so that the next command is quick, until this one stops it.
    """
    running = embedded.is_running()
    embedded.stop_server()
    text = "The embedded PostgreSQL has stopped." if running else "It did not run."
    out.emit({"stopped": running}, text)


def _reached_at(bind: str) -> str:
    return "localhost" if bind in {"0.0.0.0", "127.0.0.1", "::"} else bind  # noqa: S104 - compared
