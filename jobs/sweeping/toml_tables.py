"""Keys of any table of a specification. All raise Refusal (2)."""

from preparing.errors import usage


def refuse_unknown(table: dict, known: tuple[str, ...], where: object) -> None:
    if unknown := [key for key in table if key not in known]:
        raise usage(f"{where}: unknown key {unknown[0]}; known are {', '.join(known)}")


def needed_text(table: dict, key: str, where: object) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise usage(f'{where}: {key} {"is missing" if value is None else "is no text"}; write {key} = "…"')
    return value
