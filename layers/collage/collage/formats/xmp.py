"""XMP: properties of simple text, each an element of one rdf:Description."""

import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping

from collage.errors import NoMetadata
from collage.formats.packing import COMPRESS_ABOVE, MAX_RECORD, unpack

NAMESPACES = {
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
    "collage": "urn:combinatoric-collage:metadata:1#",
}

MOST_BYTES = 32_000_000
"""Of a packet: a long record is packed in it, to an eighth or less. As text it takes four times as
much memory, if one character of it is rare enough."""

MOST_PIECES = 200_000
"""What a parser holds apart, for each of which it takes a hundred bytes."""

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


def packet(properties: Iterable[tuple[str, str]]) -> bytes:
    """The properties as a packet, which is what stands in a file."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        f'{rdf(properties)}\n<?xpacket end="w"?>'
    ).encode()


def rdf(properties: Iterable[tuple[str, str]]) -> str:
    """The properties as XML."""
    from html import escape

    said = tuple(properties)
    used = {name.split(":")[0] for name, _ in said}
    spaces = "".join(f' xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in sorted(used))
    elements = "".join(f"\n   <{name}>{escape(text, quote=False)}</{name}>" for name, text in said)
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF xmlns:rdf="{_RDF}">\n'
        f'  <rdf:Description rdf:about=""{spaces}>{elements}\n  </rdf:Description>\n'
        " </rdf:RDF>\n</x:xmpmeta>"
    )


def record_property(record: bytes) -> tuple[str, str]:
    """The record as a property: as it is, or where that is long, packed."""
    if len(record) > COMPRESS_ABOVE:
        return "collage:RecordZlib", b64encode(zlib.compress(record)).decode()
    # JSON can spell any character by its number, XML cannot hold all of them.
    text = re.sub("[\x00-\x1f\x7f\ufffe\uffff]", lambda m: f"\\u{ord(m[0]):04x}", record.decode())
    return "collage:Record", text


def find_record(properties: Mapping[str, str]) -> bytes | None:
    """The record among the properties, unpacked."""
    packed = properties.get("collage:RecordZlib")
    if packed is not None:
        return unpack(b64decode(packed, validate=True), MAX_RECORD)
    plain = properties.get("collage:Record")
    return None if plain is None else plain.encode()


def read_properties(packet: bytes) -> dict[str, str]:
    """The simple properties of the namespaces known here, as elements or as attributes.

    Raises:
        ElementTree.ParseError: when it is no XML.
        NoMetadata: when it declares entities, which XMP has no use for and attacks have, or has
            more bytes, elements, attributes, references and lines than any XMP.
    """
    from xml.etree import ElementTree

    if len(packet) > MOST_BYTES:
        raise NoMetadata("The picture's XMP is longer than any.")
    pieces = sum(map(packet.count, (b"<", b'="', b"='", b"&", b"\n", b"\r")))
    if b"<!DOCTYPE" in packet or b"<!ENTITY" in packet or pieces > MOST_PIECES:
        raise NoMetadata("The picture's XMP is not plain XMP.")
    # Whatever it says of its encoding, it is read in the one that it was looked through in.
    parser = ElementTree.XMLParser(encoding="utf-8")  # noqa: S314, see above
    parser.feed(packet.strip(b"\xef\xbb\xbf\0 \r\n\t"))
    root = parser.close()
    prefixes = {uri: prefix for prefix, uri in NAMESPACES.items()}
    found: dict[str, str] = {}
    for description in root.iter(f"{{{_RDF}}}Description"):
        items = [*description.attrib.items(), *((e.tag, e.text or "") for e in description)]
        for tag, text in items:
            uri, _, name = tag.removeprefix("{").partition("}")
            if uri in prefixes:
                found.setdefault(f"{prefixes[uri]}:{name}", text)
    return found
