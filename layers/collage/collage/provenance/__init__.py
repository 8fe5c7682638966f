"""What a picture says of itself: written into PNG, JPEG and WebP files, and read back.

Three things are said, each for readers of its own::

    parameters  one text, as the web UIs for Stable Diffusion write and read it
    collage     our record, canonical JSON: of a tile its conditioning, of a collage all there is
    XMP         IPTC's terms for how the picture came to be, and by what system

    where       PNG                    JPEG                  WebP
    parameters  tEXt, iTXt             EXIF UserComment      EXIF UserComment
    collage     iTXt, in parts         XMP collage:Record    XMP collage:Record
    XMP         iTXt                   APP1, extended        chunk "XMP "

The pictures that are made of a collage's, its preview and pyramid, say in XMP how they came to be
and whose they are.

Files are taken apart and joined at the level of their own chunks: no pixel is decoded. What else
a file said of itself (EXIF, XMP, comments, dates, signatures) makes place for the description.
"""
