"""The data page: what was imported and what was left out, what each source can measure, imports,
undo, and roster gaps.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import streamlit as st

from cop_metrics import words
from cop_metrics.build.intake import previewed
from cop_metrics.cli.events import Event, Progress, Said, follow
from cop_metrics.lake.lake import ROSTER, Import, Lake
from cop_metrics.lake.private_rows import to_take_out
from cop_metrics.people.identity import names_of, posts_of, read_aliases, suggestions
from cop_metrics.settings import read_settings
from cop_metrics.show.captions import titles_off_scale
from cop_metrics.show.summary import channels_of, roster_fit, settings_in_vain, unlisted_reactions
from cop_metrics.sources import SOURCES
from pages.parts.frame import Frame, locale, plain, standing
from pages.parts.layout import html

MOST_PAIRS = 50


def show(frame: Frame) -> None:
    """Show the page."""
    html(
        '<h1 class="cop-h1">Data: Where do the numbers come from?</h1>'
        f'<p class="cop-headline">{escape(frame.scope.community)}: data from '
        f"{_moment(frame.choices.observed_from, frame)} to {_moment(frame.choices.as_of, frame)} "
        f"({escape(frame.choices.time_zone)}).</p>"
    )
    newest_first = sorted(
        Lake(frame.data).imports(), key=lambda each: each.exported_at, reverse=True
    )
    imports = sorted(newest_first, key=lambda each: each.community != frame.scope.community)
    with standing("The list of imports"):
        _imports(imports, frame)
    with standing("What was left out"):
        _left_out(imports)
    with standing("The roster"):
        _roster(frame)
    with standing("Accounts of one person"):
        _accounts(frame)
    with standing("Settings"):
        _settings(frame)
    with standing("Reactions"):
        _reactions(frame)
    show_import(frame.data)
    with standing("Undo"):
        _undo(imports, frame.data)
    _sources()


def _moment(when: datetime, frame: Frame) -> str:
    return words.moment(when, frame.choices.time_zone, frame.locale)


def show_import(data: Path) -> None:
    """Show the form that brings in an export, a roster or both; it works before there is any store,
    too.
    """
    communities = sorted({each.community for each in Lake(data).imports()})
    with st.container(border=True), standing("The import"):
        html(
            '<h2 class="cop-q">Bring in an export</h2><p class="cop-sub">The export of a platform or a table, as one file '
            "or archive; importing the same file twice changes nothing. Everything stays on this machine.</p>"
        )
        with st.form("import", border=False):
            export = st.file_uploader("The export, as a file", key="import-file")
            path = st.text_input(
                "or a path on the server", key="import-path", placeholder="/exports/last-night"
            )
            community = st.selectbox(
                "Community",
                communities,
                index=None,
                key="import-community",
                placeholder="Choose one, or write a new name"
                if communities
                else "The file's name unless said",
                accept_new_options=True,
            )
            source = st.text_input(
                "Source",
                key="import-source",
                placeholder="Only where a community has several of one platform",
            )
            roster = st.file_uploader(
                "The roster (CSV or XLSX), if there is one",
                type=["csv", "xlsx"],
                key="import-roster",
            )
            with st.container(horizontal=True):
                looked = st.form_submit_button(
                    "Look first", help="Reads it and tells what it would bring; nothing changes."
                )
                asked = st.form_submit_button("Import", type="primary")
        if asked or looked:
            if communities and not community:
                st.warning(
                    "Choose the community that it belongs to, or write the name of a new one."
                )
            else:
                names = {"community": community or "", "source": source}
                _import(data, export, path, names, roster, preview=looked)
        _told("import", "preview", "removal", *(() if communities else ("undo",)))
        _waiting(data)


def _waiting(data: Path) -> None:
    """Show what was looked at and is not imported yet, to be imported as it was read, or to be
    forgotten.
    """
    waiting = previewed(data)
    if not waiting:
        return
    names = " and ".join(f"{each.file_name} into {each.community}" for each in waiting)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"Looked at and not imported yet: {names}")
        if st.button("Import what was looked at", type="primary"):
            _run(data, "accept", [each.id for each in waiting], noun="import")
        if st.button("Discard it"):
            _run(data, "discard", [], noun="removal")


def _import(
    data: Path, export: Any, path: str, names: Mapping[str, str], roster: Any, *, preview: bool
) -> None:
    if not (export or path.strip() or roster):
        st.warning(
            "Choose a file, write a path, or hand over a roster: there is nothing to import yet."
        )
        return
    with TemporaryDirectory() as folder:
        chosen = (
            _kept(folder, export)
            if export
            else (str(Path(path.strip()).resolve()) if path.strip() else None)
        )
        arguments = [
            *([chosen] if chosen else []),
            *(f"--{kind}={name.strip()}" for kind, name in names.items() if name.strip()),
            *(["--preview"] if preview else []),
        ]
        if roster:
            (Path(folder) / "roster").mkdir()
            arguments.append(f"--roster={_kept(f'{folder}/roster', roster)}")
        _run(data, "import", arguments, noun="preview" if preview else "import")


def _kept(folder: str, uploaded: Any) -> str:
    path = Path(folder) / Path(uploaded.name).name
    with path.open("wb") as file:
        file.write(uploaded.getbuffer())
    return str(path)


def _run(data: Path, command: str, arguments: Sequence[str], *, noun: str) -> None:
    """Run the command line as a child process, as it is the only writer, and show what it says of
    what `noun` names.
    """
    with st.status(f"The {noun} is running …", expanded=True) as status:
        bar, said = st.progress(0.0, text="Starting …"), st.empty()
        lines: list[str] = []

        def heard(event: Event) -> None:
            match event:
                case Progress(share=float(share), what=what):
                    bar.progress(share, text=f"{share:.0%} · {what}")
                case Said(text=text):
                    lines.extend(text.splitlines())
                    said.text("\n".join(lines[-20:]))

        done = follow(data, command, arguments, heard)
        ended = f"The {noun} {'is done' if done else 'failed'}."
        status.update(label=ended, state="complete" if done else "error")
    st.session_state["told"] = (noun, ended, done, "\n".join(lines))
    st.rerun()


def _told(*nouns: str) -> None:
    """Show once, where it was asked for, what the last command said of one of these."""
    if "told" not in st.session_state or st.session_state["told"][0] not in nouns:
        return
    _, ended, done, text = st.session_state.pop("told")
    st.toast(ended)
    (st.success if done else st.error)(
        ended if done else plain(text) or "It failed without a word; the log may say more."
    )
    if done and text:
        st.code(text, language=None, wrap_lines=True)


def _imports(imports: Sequence[Import], frame: Frame) -> None:
    rows = [
        {
            "Community": each.community,
            "Source": None if each.source == each.platform else each.source,
            "File": each.file_name,
            "Imported (UTC)": each.imported_at,
            "Rows": sum(each.tables.values()),
            "Left out": sum(skipped["rows"] for skipped in each.skipped.values()),
            "Data from (UTC)": None if each.platform == ROSTER else each.observed_from,
            "Data until (UTC)": None if each.platform == ROSTER else each.observed_until,
            "Platform": SOURCES[each.platform].title if each.platform in SOURCES else each.platform,
            "Import": each.id,
        }
        for each in imports
    ]
    html(f'<h2 class="cop-q">What was imported ({len(rows)})</h2>')
    dates = _dates("Data from (UTC)", "Data until (UTC)", "Imported (UTC)")
    table = pl.DataFrame(rows, infer_schema_length=None)
    told = table.select(
        name for name in table.columns if name != "Source" or table[name].is_not_null().any()
    )
    st.dataframe(told, hide_index=True, column_config=dates, placeholder=words.NOTHING)
    for sentence in to_take_out(imports):
        st.warning(plain(sentence))


def _dates(*names: str) -> dict[str, Any]:
    return {
        name: st.column_config.DatetimeColumn(format=words.patterns(locale())[1]) for name in names
    }


def _left_out(imports: Sequence[Import]) -> None:
    rows = [
        {
            "Community": each.community,
            "File": each.file_name,
            "Why": reason,
            "Rows": skipped["rows"],
            "Such as": ", ".join(skipped["examples"]),
        }
        for each in imports
        for reason, skipped in each.skipped.items()
    ]
    html(f'<h2 class="cop-q">What was left out, and why ({len(rows)})</h2>')
    if rows:
        st.dataframe(pl.DataFrame(rows), hide_index=True)
    else:
        st.write("Nothing: every row of every import is counted.")
    for each in imports:
        for note in each.notes:
            st.text(f"{each.community}, {each.file_name}: {note}")


def _roster(frame: Frame) -> None:
    fit = roster_fit(frame.snapshot.cursor, frame.scope.community)
    html('<h2 class="cop-q">Does the roster fit?</h2>')
    if fit is None:
        st.write(
            "There is no roster: teams are unknown, and experience stands in for seniority. Hand one over below."
        )
        return
    st.write(f"{fit.rows:,d} rows, {fit.members:,d} members found.")
    gaps = {
        "Rows that mean no account": [
            f"row {row}" + (f" ({name})" if name else "") for row, name in fit.unmatched
        ],
        "Members whose periods overlap, so that no row of theirs is used": list(fit.refused),
        "Titles that are not on the scale of seniority": [
            f"{title} ({rows:,d} rows)"
            for title, rows in titles_off_scale(frame.snapshot.cursor, frame.choices)
        ],
    }
    for name, found in gaps.items():
        if found and not frame.scope.names:
            st.write(f"{name}: {len(found):,d}, shown where names are.")
        elif found:
            with st.expander(f"{name}: {len(found):,d}"):
                st.dataframe(pl.DataFrame({name: found}), hide_index=True)
    if not any(gaps.values()):
        st.write("No gaps: every row means an account, and every title is on the scale.")


def _accounts(frame: Frame) -> None:
    """Show accounts that are one person's, and pairs that look like it, each to confirm or to take
    back.
    """
    st.html('<h2 class="cop-q">Who has several accounts?</h2>')
    if not frame.scope.names:
        st.write("Shown where names are.")
        return
    community = frame.scope.community
    told = [each for each in read_aliases(frame.data) if each.community == community]
    likely = suggestions(frame.snapshot.cursor, community)
    st.write(
        "Accounts of one e-mail address, or that one row of the roster means, are one member. Others are never merged by "
        "guess: confirm below who is the same person."
    )
    _told("change")
    if likely:
        more = f", the first {MOST_PAIRS} of them here" if len(likely) > MOST_PAIRS else ""
        with st.expander(
            f"Accounts that look like one person's: {words.counted(len(likely), 'pair')}{more}"
        ):
            posts = posts_of(
                frame.snapshot.cursor,
                community,
                [key for each in likely for key in (each.one, each.other)],
            )
            for each in likely[:MOST_PAIRS]:
                one, other = (
                    f"{key} ({words.counted(posts[key], 'post')})" for key in (each.one, each.other)
                )
                text = f"{each.name}: {one} and {other} have {each.why}"
                _pair(text, "Same person", frame, [each.one, "--same-as", each.other])
    names = names_of(frame.snapshot.cursor, community, [each.account for each in told])
    for each in told:
        name = names.get(each.account)
        text = f"{f'{name}: ' if name else ''}{each.account} is {each.same_as}"
        _pair(text, "Take back", frame, [each.account, "--same-as", each.same_as, "--undo"])
    if not likely and not told:
        st.write("No accounts look like one person's.")


def _pair(text: str, action: str, frame: Frame, arguments: Sequence[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(text)
        if st.button(action, key=f"alias-{' '.join(arguments)}"):
            _run(
                frame.data,
                "alias",
                [*arguments, f"--community={frame.scope.community}"],
                noun="change",
            )


def _settings(frame: Frame) -> None:
    """Show which channels count how, and what the settings name in vain."""
    cursor, community = frame.snapshot.cursor, frame.scope.community
    named = {
        "Every message that opens a conversation is a question in": channels_of(
            cursor, community, "questions"
        ),
        "In no number": channels_of(cursor, community, "noise"),
    }
    in_vain = settings_in_vain(cursor, read_settings(frame.data))
    if not in_vain and not any(named.values()):
        return
    st.html('<h2 class="cop-q">Which channels count how?</h2>')
    for what, channels in named.items():
        if channels:
            st.write(f"{what}: {plain(', '.join(channels))}.")
    for sentence in in_vain:
        st.warning(plain(sentence))


def _reactions(frame: Frame) -> None:
    found = unlisted_reactions(frame.snapshot.cursor, frame.scope.community)
    if not found:
        return
    st.html('<h2 class="cop-q">Which reactions count as nothing?</h2>')
    st.write(
        "No meaning is listed for these, so that they are no thanks; cop_metrics/build/reactions.toml lists what the others mean."
    )
    st.dataframe(
        pl.DataFrame(found, schema=["Reaction", "How many"], orient="row"), hide_index=True
    )


def _undo(imports: Sequence[Import], data: Path) -> None:
    if not imports:
        return
    named = {each.id: f"{each.file_name} · {each.community} · {each.id}" for each in imports}
    with st.container(border=True):
        html('<h2 class="cop-q">Take an import out again</h2>')
        _told("undo")
        chosen = st.selectbox(
            "Import",
            list(named),
            format_func=named.__getitem__,
            index=None,
            placeholder="Choose one",
        )
        if chosen and st.button("Take it out …"):
            _confirm(data, chosen, named[chosen])


@st.dialog("Take this import out?")
def _confirm(data: Path, chosen: str, name: str) -> None:
    st.text(name)
    st.write("Its rows leave the numbers at once. To have them back, import the file again.")
    if st.button("Yes, take it out", type="primary"):
        _run(data, "undo", [chosen], noun="undo")


def _sources() -> None:
    html('<h2 class="cop-q">What can be imported, and what can each measure?</h2>')
    for source in SOURCES.values():
        with st.expander(source.title):
            st.markdown("**How to get it**")
            st.text(source.how_to_export)
            st.markdown("**Personal fields**")
            st.text("\n".join(source.personal_fields) or "none")
            st.markdown("**What it never opens**")
            st.text("\n".join(source.never_opens))
            st.markdown("**What it cannot measure**")
            st.text("\n".join(source.cannot_measure) or "nothing that the pages show")
