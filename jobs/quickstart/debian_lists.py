"""Package descriptions of this machine's Debian release, fetched by apt into a folder of our own (needs no root)."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

APT_HELPER = "/usr/lib/apt/apt-helper"  # part of the package apt; reads lists however they are compressed
APT_CONF = """\
Acquire::Languages "en";
APT::Sandbox::User "root";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


@dataclass(frozen=True)
class Package:
    name: str
    source: str
    section: str
    text: str


def read_packages(folder: Path) -> list[Package]:
    """Packages of component main with their English descriptions, by name.

    Fetches the lists below `folder` by the machine's own apt sources where they are not there yet. Exits with a
    sentence where these sources do not offer Debian's main component.
    """
    options = _apt_options(folder.resolve())
    if not _list_files(options, "Packages"):
        subprocess.run(["apt-get", "-q", *options, "update"], check=False)
    descriptions = {
        (stanza["Package"], stanza["Description-md5"]): join_description(stanza["Description-en"])
        for stanza in _stanzas(_list_files(options, "Translations"))
    }
    packages = {}
    for stanza in _stanzas(_list_files(options, "Packages")):
        name = stanza["Package"]
        if text := descriptions.get((name, stanza.get("Description-md5"))):
            source = stanza.get("Source", name).split(" ")[0]  # "mesa (22.3.6-1)" where versions differ
            packages[name] = Package(name, source, stanza["Section"], text)
    if not packages:
        raise SystemExit(
            f"no package descriptions in {folder} (apt's sources must offer Debian's component main); "
            "see the messages of apt-get above and /etc/apt/sources.list.d"
        )
    return [packages[name] for name in sorted(packages)]


def join_description(description: str) -> str:
    """The short line and the long text as one paragraph; a line with a lone dot is Debian's empty line."""
    short, *long = [line.strip() for line in description.split("\n")]
    words = " ".join(line for line in long if line != ".").split()
    return " ".join([short.rstrip(".") + ".", *words]).strip()


def parse_stanzas(lines: Iterator[str]) -> Iterator[dict[str, str]]:
    """Debian control stanzas: `Key: value` lines, continued by lines that begin with white space."""
    stanza: dict[str, str] = {}
    key = ""
    for line in lines:
        line = line.rstrip("\n")
        if not line:
            if stanza:
                yield stanza
            stanza = {}
        elif line[0] in " \t":
            stanza[key] += "\n" + line[1:]
        else:
            key, _, value = line.partition(":")
            stanza[key] = value.strip()
    if stanza:
        yield stanza


def _apt_options(folder: Path) -> list[str]:
    (folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
    (folder / "cache").mkdir(exist_ok=True)
    (folder / "apt.conf").write_text(APT_CONF)
    return ["-c", f"{folder}/apt.conf", "-o", f"Dir::State::Lists={folder}/lists", "-o", f"Dir::Cache={folder}/cache"]


# The release itself, without its updates and security fixes: those change from day to day.
def _list_files(options: list[str], created_by: str) -> list[str]:
    wanted = ["Origin: Debian", f"Codename: {_codename()}", "Component: main", f"Created-By: {created_by}"]
    command = ["apt-get", "indextargets", *options, "--format", "$(FILENAME)", *wanted]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    return sorted({name for name in result.stdout.splitlines() if Path(name).exists()})


def _codename() -> str:
    lines = Path("/etc/os-release").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    return values.get("VERSION_CODENAME", "stable").strip('"')


def _stanzas(paths: list[str]) -> Iterator[dict[str, str]]:
    for path in paths:
        with subprocess.Popen([APT_HELPER, "cat-file", path], stdout=subprocess.PIPE, encoding="utf-8") as process:
            yield from parse_stanzas(process.stdout)
