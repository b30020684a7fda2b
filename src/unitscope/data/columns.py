"""Columns of a table become features and classes: numbers, yes and no, or one of several texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from unitscope.data.csv_form import text_of
from unitscope.data.dataset import Dataset
from unitscope.data.encoding import Encoding, Source
from unitscope.data.frame import Raw, different, number_of, place_of
from unitscope.data.labels import Labels
from unitscope.errors import refusal, said, shown
from unitscope.looking import look, looking

Missing = Literal["refuse", "drop", "mean"]
_MISSING = ("refuse", "drop", "mean")
_ROW = r"(row|record|sample|line|case|patient|customer|user)?[ _.-]?"
_ID = re.compile(_ROW + "id", re.IGNORECASE)
_NUMBERING = re.compile(_ROW + r"(index|no\.?|number|names?)", re.IGNORECASE)
_COUNTED = 10  # rows from which on a column that counts them is taken for their numbers
_MOST_TEXTS = 50  # different ones of a feature
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}( .*)?")
_MOST_NAMED = 5  # columns in a note


@dataclass(frozen=True)
class Choice:
    """Which columns are wanted, and what becomes of missing values."""

    target: Any = None
    features: Sequence[Any] | None = None
    ignore: Sequence[Any] = ()
    missing: Missing = "refuse"

    def __post_init__(self) -> None:
        if self.missing not in _MISSING:
            raise refusal("missing", "one of " + ", ".join(_MISSING), self.missing)


@dataclass(frozen=True)
class Table:
    """What was read: the points, all columns' names, that of the classes, and what was guessed."""

    data: Dataset
    columns: tuple[str, ...]
    target: str
    notes: tuple[str, ...]


def table_of(raw: Raw, choice: Choice) -> Table:
    """The points of a table, its columns as features and classes. **Raises** `InvalidInput`."""
    place = target_of(raw, choice.target)
    raw = raw.labelled(place)
    chosen = features_of(raw, choice, place)
    labels = Labels(raw, place)
    look()
    if choice.missing == "refuse":
        labels.check_all_there()
    columns = _columns(raw, chosen, choice.missing)
    labels.check_classes()
    kept = labels.there
    if choice.missing == "drop":
        for column in columns:
            kept = kept & ~column.missing
        if not kept.any():
            raise refusal("missing", "a choice that leaves points", choice.missing)
    labels.check_count(kept)
    _note_missing(raw, columns, kept, choice.missing)
    names = [name for column in columns for name in column.names]
    look()
    X = _side_by_side(columns)
    if not kept.all():
        X = X[kept]
    data = Dataset(X, labels.of(kept), feature_names=names)
    encoding = Encoding(tuple(column.told(choice.missing) for column in columns), raw.names[place])
    data = data.encoded_by(encoding)
    return Table(data, tuple(raw.names), raw.names[place], tuple(raw.notes))


def points_of(raw: Raw) -> tuple[np.ndarray, Encoding]:
    """All columns as features, (n, d), and how they became those. **Raises** `InvalidInput`."""
    columns = _columns(raw, range(len(raw.names)), "refuse")
    encoding = Encoding(tuple(column.told("refuse") for column in columns))
    return _side_by_side(columns), encoding


def _side_by_side(columns: Sequence[ColumnFeatures]) -> np.ndarray:
    """All features (n, d), each a piece of memory of its own, as pandas has them: it is quicker."""
    return np.concatenate([column.values.T for column in columns]).T


@dataclass
class ColumnFeatures:
    """A column as features: their names, their values (n, of them), and which rows miss it."""

    source: str
    names: list[str]
    values: np.ndarray
    missing: np.ndarray
    texts: list[str] | None = None  # that the features are of

    def told(self, missing: Missing) -> Source:
        """How it was made, for new rows."""
        means = tuple(self.values.mean(axis=0).tolist()) if missing == "mean" else None
        texts = None if self.texts is None else tuple(self.texts)
        return Source(self.source, tuple(self.names), texts, means)


def _place(raw: Raw, name: str, wanted: Any) -> int:
    found = place_of(raw.names, wanted)
    if found is None:
        some = ", ".join(shown(said(other)) for other in raw.names[:20])
        raise refusal(name, f"one of {some}", wanted)
    return found


def target_of(raw: Raw, wanted: Any) -> int:
    """The column of the classes: the one that is wanted, the only one of texts, or the last.

    **Raises** `InvalidInput` where there is none.
    """
    if len(raw.names) < 2:
        raise refusal("a table", "of at least 2 columns", len(raw.names))
    if wanted is not None:
        return _place(raw, "target", wanted)
    texts = [at for at in range(len(raw.names)) if _has_texts(raw, at) and not _dates(raw, at)]
    chosen = texts[0] if len(texts) == 1 else len(raw.names) - 1
    if chosen != len(raw.names) - 1:
        raw.notes.append(f"classes of {_quoted(raw, chosen)}, the only column of texts")
    return chosen


def features_of(raw: Raw, choice: Choice, target: int) -> list[int]:
    """The columns of the features, without those that only number the rows."""
    ignored = {_place(raw, "ignore", one) for one in _listed("ignore", choice.ignore)}
    if choice.features is not None:
        wanted = [_place(raw, "features", one) for one in _listed("features", choice.features)]
        if target in wanted:
            rule = "columns other than that of the classes"
            raise refusal("features", rule, raw.names[target])
        chosen = [at for at in dict.fromkeys(wanted) if at not in ignored]
    else:
        chosen = _without_numbering(
            raw, [at for at in range(len(raw.names)) if at != target and at not in ignored]
        )
    if not chosen:
        raise refusal("features", "at least one column beside that of the classes", said("none"))
    return chosen


def _without_numbering(raw: Raw, chosen: list[int]) -> list[int]:
    """Columns without those that only number or name the rows, if any other is left."""
    out = [at for at in chosen if _numbers_rows(raw, at)]
    if not out or len(out) == len(chosen):
        return chosen
    named = [at for at in out if _is_text(raw, at)]
    for which, what in ([at for at in out if at not in named], "numbers"), (named, "names"):
        if which:
            raw.notes.append(f"left out {_list(raw, which)}: the rows' {what}")
    return [at for at in chosen if at not in out]


def _listed(name: str, given: Any) -> list[Any]:
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence):
        raise refusal(name, "a list of columns", given)
    return list(given)


def _numbers_rows(raw: Raw, at: int) -> bool:
    """Whether a column numbers or names the rows.

    By its own name; or as the first one, that counts or has another text in each row.
    """
    name, column = raw.names[at], raw.frame[at]
    if (name == "" and at == 0) or _ID.fullmatch(name):
        return True
    if _NUMBERING.fullmatch(name):
        return _all_differ(column)
    if at != 0 or len(raw.frame) < _COUNTED:
        return False
    if raw.dtypes[0].kind not in "iu":
        return _is_text(raw, at) and _share(raw, at, _is_name) > 0.5 and _all_differ(column)
    values = column.to_numpy()
    return bool(values[0] in (0, 1) and (np.diff(values.astype(np.float64)) == 1).all())


def _all_differ(column: Any) -> bool:
    return not column.duplicated().any()


def _is_text(raw: Raw, at: int) -> bool:
    """Whether it has texts: of its kinds, not of what they say."""
    return raw.dtypes[at].kind not in "biufcmM"


def _has_texts(raw: Raw, at: int) -> bool:
    """Whether a column is of texts: of the one read as texts, by what they say."""
    if at != raw.label:
        return _is_text(raw, at)
    some = raw.frame[at].dropna().head(10_000).unique()[:100]
    return any(not np.isfinite(number_of(text_of(text))) for text in some)


def column_features(raw: Raw, at: int) -> ColumnFeatures:
    """A column as features, whatever is missing of it. **Raises** `InvalidInput`."""
    return _columns(raw, [at], "drop")[0]


def _columns(raw: Raw, places: Sequence[int], missing: Missing) -> list[ColumnFeatures]:
    """Columns as features, those of numbers all at once."""
    plain = [at for at in places if raw.dtypes[at].kind in "iuf"]
    raw.add_features(len(places))
    numbers = raw.frame[plain].to_numpy(dtype=np.float64, na_value=np.nan)
    gone, infinite = np.isnan(numbers), np.isinf(numbers)
    if infinite.any():
        row, column = np.argwhere(infinite)[0]
        where = raw.where(int(row), _name(raw, plain[column]))
        raise refusal(where, "a finite number", float(numbers[row, column]))
    made = {
        at: ColumnFeatures(
            _name(raw, at), [_name(raw, at)], numbers[:, column : column + 1], gone[:, column]
        )
        for column, at in enumerate(plain)
    }
    found = [made[at] if at in made else _column(raw, at) for at in places]
    for column in found:
        if missing != "drop" and column.missing.any():
            _fill(raw, column, missing)
    return found


def _name(raw: Raw, at: int) -> str:
    return raw.names[at] or f"column {at + 1}"


def _column(raw: Raw, at: int) -> ColumnFeatures:
    """A column that pandas did not read as numbers."""
    look()
    name, column = _name(raw, at), raw.frame[at]
    kind = getattr(column.dtype, "kind", "O")
    if kind in "mM" or "period" in str(column.dtype) or _dates(raw, at):
        rule = "of numbers or of texts"
        remedy = f"Leave it out: ignore=[{shown(raw.names[at])}]."
        raise refusal(f"column {shown(name)}", rule, said("dates or times"), remedy)
    if kind == "c":
        raise refusal(f"column {shown(name)}", "of real numbers", said("complex ones"))
    if kind == "b" or str(column.dtype) == "boolean":
        values = column.astype("float64").to_numpy()
        gone, texts = np.isnan(values), ["False", "True"]
        return ColumnFeatures(name, [f"{name} = True"], values[:, None], gone, texts)
    numbers = _as_numbers(raw, at, name)
    if numbers is None:
        return _one_hot(raw, at, name)
    if np.isinf(numbers).any():
        row = int(np.isinf(numbers).argmax())
        raise refusal(raw.where(row, name), "a finite number", float(numbers[row]))
    return ColumnFeatures(name, [name], numbers[:, None], np.isnan(numbers))


def _as_numbers(raw: Raw, at: int, name: str) -> np.ndarray | None:
    """A column as numbers, NaN where it is missing; None where it is of texts.

    **Raises** where most cells are numbers and one is not.
    """
    if raw.categorical(at):
        return None
    codes, kinds = different(raw, at, name)
    found = np.array([number_of(kind) for kind in looking(kinds)] + [np.nan])
    wrong = np.isnan(found[codes]) & (codes >= 0)
    if wrong.sum() * 2 > (codes >= 0).sum():
        return None
    if wrong.any():
        row = int(wrong.argmax())
        raise refusal(
            raw.where(row, name),
            "a number, as most of that column are",
            kinds[codes[row]],
            "Leave the line out, or empty the cell and choose missing='drop' or 'mean'.",
        )
    return found[codes]


def _dates(raw: Raw, at: int) -> bool:
    """Whether most texts of a column are dates."""
    return _is_text(raw, at) and _share(raw, at, _is_date) > 0.5


def _share(raw: Raw, at: int, test: Callable[[str], bool]) -> float:
    """Of the first cells of a column, how many pass a test of their text."""
    some = raw.frame[at].dropna().head(200)
    return sum(test(str(cell).strip()) for cell in some) / max(len(some), 1)


def _is_date(text: str) -> bool:
    return bool(_DATE.fullmatch(text))


def _is_name(text: str) -> bool:
    return not _is_date(text) and bool(np.isnan(number_of(text)))


def _one_hot(raw: Raw, at: int, name: str) -> ColumnFeatures:
    """One feature of 0 and 1 for each text of a column; of two texts, one for the second."""
    if raw.categorical(at):
        column = raw.frame[at].cat.remove_unused_categories()
        codes, kinds = column.cat.codes.to_numpy(), [str(kind) for kind in column.cat.categories]
    else:
        codes, values = different(raw, at, name)
        texts = [text_of(str(value)) for value in looking(values)]
        _check_count(raw, at, len(set(texts)))
        kinds = sorted(set(texts))
        codes = np.array([*map(kinds.index, texts), -1], np.int64)[codes]
    _check_count(raw, at, len(kinds))
    first = 1 if len(kinds) == 2 else 0
    raw.add_features(len(kinds) - first - 1)
    values = (codes[:, None] == np.arange(first, len(kinds))).astype(np.float64)
    values[codes < 0] = np.nan
    count = len(kinds) - first
    raw.notes.append(f"{shown(name)} as {count} feature{'s' * (count != 1)} of 0 and 1")
    names = [f"{name} = {kind}" for kind in kinds[first:]]
    return ColumnFeatures(name, names, values, codes < 0, kinds)


def _check_count(raw: Raw, at: int, count: int) -> None:
    """**Raises** where a column has too many different texts to be features."""
    most = min(_MOST_TEXTS, max(2, len(raw.frame) // 2))
    if count > most:
        rule, got = f"of numbers, or of at most {most} texts", f"{count:,} different texts"
        remedy = f"Leave it out: ignore=[{shown(raw.names[at])}]."
        raise refusal(f"column {shown(_name(raw, at))}", rule, said(got), remedy)


def _fill(raw: Raw, column: ColumnFeatures, missing: Missing) -> None:
    """Put the mean of those present where a value is missing. **Raises** to refuse."""
    count = int(column.missing.sum())
    if missing == "refuse":
        raise refusal(
            raw.where(int(column.missing.argmax()), column.source),
            "a value",
            said("nothing" if count == 1 else f"nothing, as in {count:,} rows"),
            "missing='drop' leaves such rows out, missing='mean' puts the column's mean there.",
        )
    if count == len(column.missing):
        raise refusal(f"column {shown(column.source)}", "of at least one value", said("none"))
    means = column.values[~column.missing].mean(axis=0)
    # Not in place: pandas may have lent its own numbers, to read only.
    column.values = np.where(column.missing[:, None], means, column.values)


def _note_missing(
    raw: Raw, columns: list[ColumnFeatures], kept: np.ndarray, missing: Missing
) -> None:
    if not kept.all():
        gone = int((~kept).sum())
        raw.notes.append(f"left out {gone:,} of {len(kept):,} rows: a value is missing")
    for column in columns if missing == "mean" else []:
        count = int((column.missing & kept).sum())
        if count:
            what = shown(column.source)
            raw.notes.append(f"{count:,} missing of {what} filled with the column's mean")


def _quoted(raw: Raw, at: int) -> str:
    return shown(raw.names[at]) if raw.names[at] else "the column without a name"


def _list(raw: Raw, places: Sequence[int]) -> str:
    texts = [_quoted(raw, at) for at in places[:_MOST_NAMED]]
    return ", ".join(texts) + (", ..." if len(places) > _MOST_NAMED else "")
