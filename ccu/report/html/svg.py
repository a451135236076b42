"""Drawings as SVG that may stand in the page: named, described, and nothing in them but shapes."""

from typing import Any
from xml.etree import ElementTree

from ccu.output.text import one_line

Node = ElementTree.Element


def node(parent: Node | None, tag: str, text: str | None = None, **attributes: Any) -> Node:
    """A new element; `_` at the end of an attribute's name is left out, inner ones become `-`."""
    named = {
        key.rstrip("_").replace("_", "-"): _written(value) for key, value in attributes.items()
    }
    made = Node(tag, named) if parent is None else ElementTree.SubElement(parent, tag, named)
    made.text = None if text is None else one_line(text)
    return made


def canvas(width: float, height: float) -> Node:
    """An empty drawing of that many pixels."""
    return node(None, "svg", viewBox=f"0 0 {width:g} {height:g}")


def finished(root: Node, name: str, title: str, says: str, size: float) -> str:
    """The markup: a picture with a title and a description for those who can not see it."""
    root.attrib |= {
        "id": name,
        "class": "drawing",
        "role": "img",
        "preserveAspectRatio": "xMinYMin",  # to the left, where print makes a tall one lower
        "font-size": _written(size),
        "aria-labelledby": f"{name}-title {name}-says",
    }
    for place, (tag, text) in enumerate((("title", title), ("desc", says))):
        told = Node(tag, {"id": f"{name}-{'says' if place else 'title'}"})
        told.text = one_line(text)
        root.insert(place, told)
    return ElementTree.tostring(root, encoding="unicode")


def _written(value: Any) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
