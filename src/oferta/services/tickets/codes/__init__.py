"""The code on a ticket: what a gate can check by itself, as a QR code, a page of paper, a pass.

Pure: neither a database nor settings. A signature proves that we issued the code; that it is used
once is known to the gates' table of admissions only.
"""
