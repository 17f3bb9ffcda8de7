"""Symbols made and read: QR code, GS1 DataMatrix, GS1-128 (zxing-cpp, imported when first used)."""

from typing import Any, Literal

from PIL import Image

__all__ = ["data_matrix", "gs1_128", "qr", "read_codes", "svg"]


def _picture(content: str, name: str, scale: int, **options: Any) -> Image.Image:
    import zxingcpp

    barcode = zxingcpp.create_barcode(content, getattr(zxingcpp.BarcodeFormat, name), **options)
    dots: Any = barcode.to_image(scale=scale, add_quiet_zones=False)
    view = memoryview(dots)
    height, width = view.shape or (0, 0)
    return Image.frombytes("L", (width, height), view.tobytes())


def qr(link: str, scale: int) -> Image.Image:
    """Return a QR code of error correction level M, ``scale`` pixels a module, without its quiet zone (4 modules)."""
    return _picture(link, "QRCode", scale, ec_level="M")


def data_matrix(elements: str, scale: int) -> Image.Image:
    """Return a square GS1 DataMatrix (ECC 200; the rectangular extension is not GS1) of bracketed AIs, without its quiet zone (1 module)."""
    return _picture(elements, "DataMatrix", scale, gs1=True, force_square=True)


def gs1_128(elements: str, scale: int) -> Image.Image:
    """Return a GS1-128 of bracketed AIs, without its quiet zones (10 modules left and right)."""
    return _picture(elements, "Code128", scale, gs1=True)


def svg(kind: Literal["qr", "code128"], text: str) -> str:
    """Return a QR code (error correction level M) or a Code 128 of any text as SVG, with its quiet zone."""
    import zxingcpp

    qr_code = kind == "qr"
    options: dict[str, Any] = {"ec_level": "M"} if qr_code else {}
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode if qr_code else zxingcpp.BarcodeFormat.Code128, **options)
    return str(barcode.to_svg(add_hrt=False, add_quiet_zones=True))


def read_codes(picture: Image.Image) -> dict[str, str]:
    """Return every symbol in ``picture``: its text by its symbology identifier (ISO/IEC 15424: ``]Q1``, ``]d2``, ``]C1``)."""
    import zxingcpp

    return {found.symbology_identifier: found.text for found in zxingcpp.read_barcodes(picture)}
