"""An HTML document around the content: style, script and the policy that forbids everything else."""

import base64
import hashlib
from pathlib import Path

from .markup import Markup, tag

HERE = Path(__file__).parent


def document(title: str, content: Markup) -> str:
    """One file that needs nothing else."""
    script = _text("page.js")
    body = tag("body", tag("main", content), tag("script", Markup(script)))
    return "<!DOCTYPE html>\n" + tag("html", _head(title, _policy(script)), body, lang="en") + "\n"


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    """Forbids every request, and every script but ours, whatever a name in the log may hold."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:"


def _head(title: str, policy: str) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("link", rel="icon", href="data:,"),
        tag("title", title),
        tag("style", Markup(_text("page.css"))),
    )
