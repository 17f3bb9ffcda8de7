"""What ``plait new`` writes: files with ``@name@``, ``@package@`` and ``@Class@`` in them."""
