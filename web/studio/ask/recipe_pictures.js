/** What each recipe makes, in small; `python -m examples.thumbnails` writes them. */

import collage from "../recipes/collage.jpg";
import erase from "../recipes/erase.jpg";
import interpolation from "../recipes/interpolation.jpg";
import matrix from "../recipes/matrix.jpg";
import panorama from "../recipes/panorama.jpg";
import reconstruction from "../recipes/reconstruction.jpg";
import samples from "../recipes/samples.jpg";
import transfer from "../recipes/transfer.jpg";
import variations from "../recipes/variations.jpg";

/** @type {Record<string, string>} */
export const pictures = { collage, erase, interpolation, matrix, panorama, reconstruction, samples, transfer, variations };
