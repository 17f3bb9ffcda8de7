"""GS1 names of goods in the one form that every part of a node uses: python examples/names_of_goods.py."""

from plait.kernel import gs1

if __name__ == "__main__":
    piece = gs1.sgtin("09521002000016", "SO00001-0001")
    print(piece)
    print(gs1.canonical("https://example.com/some/path/01/9521002000016/21/SO00001-0001?utm=x"))
    print(gs1.canonical("urn:epc:id:sgtin:9521002.000001.SO00001-0001"))
    try:
        gs1.canonical("https://id.gs1.org/01/09521002000017")
    except gs1.BadKey as refused:
        print(f"refused: {refused.detail}")
