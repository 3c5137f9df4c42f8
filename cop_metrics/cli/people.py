"""Who is who: accounts that are one person's."""

import argparse
from collections.abc import Sequence

from cop_metrics.access.catalogue import newest_first, read_catalogue
from cop_metrics.build.intake import change_aliases
from cop_metrics.cli.command import Command, argument, non_empty
from cop_metrics.cli.output import Output
from cop_metrics.errors import UnknownName
from cop_metrics.people.identity import (
    Alias,
    known_accounts,
    names_of,
    read_aliases,
    suggestions,
    without_alias,
)
from cop_metrics.show.shown import aligned
from cop_metrics.store import Store


def _alias(asked: argparse.Namespace, out: Output) -> None:
    snapshot = Store(asked.data).snapshot()
    community = asked.community or newest_first(read_catalogue(snapshot.cursor))[0]
    known = known_accounts(snapshot.cursor, community)
    for account in () if asked.undo else (asked.account, asked.same_as):
        if account not in known:
            raise UnknownName("account", account, known)

    def changed(aliases: Sequence[Alias]) -> Sequence[Alias]:
        if asked.undo:
            return without_alias(aliases, community, asked.account, asked.same_as)
        return (*aliases, Alias(community, asked.account, asked.same_as))

    with out.building() as steps:
        change_aliases(asked.data, changed, on_build=steps.on_build)
    if asked.undo and asked.same_as:
        out.tell(
            f"'{asked.account}' and '{asked.same_as}' are no longer said to be one person in '{community}'."
        )
    else:
        done = (
            "is again a person of its own"
            if asked.undo
            else f"and '{asked.same_as}' are one person"
        )
        out.tell(f"'{asked.account}' {done} in '{community}'.")


def _alias_needs(asked: argparse.Namespace) -> str | None:
    if asked.same_as == asked.account:
        return "alias needs two accounts: ACCOUNT and --same-as are the same one"
    return None if asked.undo or asked.same_as else "alias needs --same-as ACCOUNT, or --undo"


ALIAS = Command(
    name="alias",
    summary="say that two accounts are one person's, or take that back",
    arguments=(
        argument(
            "account",
            "an account, as 'aliases' and lists of the store name it",
            metavar="ACCOUNT",
        ),
        argument(
            "--same-as",
            "the account that is the same person's",
            dest="same_as",
            metavar="ACCOUNT",
        ),
        argument(
            "--undo",
            "take back what was said of the account, or of the two",
            action="store_true",
        ),
        argument(
            "--community",
            "its community; that with the newest data unless said",
            type=non_empty,
            metavar="NAME",
        ),
    ),
    run=_alias,
    check=_alias_needs,
)


def _aliases(asked: argparse.Namespace, out: Output) -> None:
    snapshot, aliases = Store(asked.data).snapshot(), read_aliases(asked.data)
    names = {
        community: names_of(snapshot.cursor, community, [each.account for each in aliases])
        for community in {each.community for each in aliases}
    }
    rows = [
        {
            **each._asdict(),
            "name": names[each.community].get(each.account, ""),
            "state": "confirmed",
        }
        for each in aliases
    ]
    for community in read_catalogue(snapshot.cursor):
        rows += [
            {
                "community": community,
                "account": each.one,
                "same_as": each.other,
                "name": each.name,
                "state": f"likely: {each.why}",
            }
            for each in suggestions(snapshot.cursor, community)
        ]
    out.tell(aligned(rows) if rows else "No account is another's, and none looks like it.")


ALIASES = Command(
    name="aliases",
    summary="list accounts that are one person's, and those that look like it",
    arguments=(),
    run=_aliases,
)
