"""The labels in a define.xml (Define-XML 1.0, 2.0, 2.1), for datasets whose files hold none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

LIMIT = 64 * 1024**2
_DEPTH = 256  # what libxml2 allows by itself, too


@dataclass(frozen=True)
class Define:
    """Labels by dataset and column, both upper case, and the study as the file describes it; "" where it does not."""

    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    study: str = ""
    protocol: str = ""
    description: str = ""


class DefineError(ValueError):
    """A define.xml that cannot be used; the message says why."""


def read_define(data: bytes) -> Define:
    """Read a define.xml. Raises DefineError for what is no such file; entities and addresses are not followed."""
    if len(data) > LIMIT:
        raise DefineError(f"it has {len(data):,} bytes, the limit is {LIMIT:,}")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise DefineError(f"it is not XML, from line {error.lineno} on") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DefineError("it holds a document type, which no define.xml needs")
    version = next(_named(root, "MetaDataVersion"), None)
    if version is None:
        raise DefineError("it has no MetaDataVersion")
    items = {item.get("OID", ""): item for item in _named(version, "ItemDef")}
    labels: dict[str, dict[str, str]] = {}
    for group in _named(version, "ItemGroupDef"):
        # A dataset may be described in several groups, as split ones are.
        labels.setdefault((group.get("Name") or "").upper(), {}).update(_labels(group, items))
    return Define(labels, *(_text(root, name) for name in ("StudyName", "ProtocolName", "StudyDescription")))


def _named(element: etree._Element, name: str) -> Iterator[etree._Element]:
    # Each version has a namespace of its own; the names in it are the same.
    yield from element.iter(f"{{*}}{name}")


def _labels(group: etree._Element, items: Mapping[str, etree._Element]) -> Iterator[tuple[str, str]]:
    for reference in _named(group, "ItemRef"):
        item = items.get(reference.get("ItemOID", ""))
        if item is not None and (label := _label(item)):
            yield (item.get("Name") or "").upper(), label


def _label(item: etree._Element) -> str:
    """Return ``def:Label`` (1.0, an attribute), else the text of ``Description`` (2.x)."""
    attribute = next((value for name, value in item.items() if etree.QName(name).localname == "Label"), "")
    if attribute:
        return _one_line(str(attribute))
    description = next(item.iterchildren("{*}Description"), None)
    return "" if description is None else _text(description, "TranslatedText")


def _text(element: etree._Element, name: str) -> str:
    found = next(_named(element, name), None)
    return "" if found is None else _one_line(found.text or "")


def _one_line(text: str) -> str:
    return " ".join(text.split())
